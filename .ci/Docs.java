import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The checks of the Markdown files for {@code .ci/docs}: links, command blocks, and the answers shown below them. */
final class Docs {
    private static final Pattern FENCE = Pattern.compile("^ *```(\\w*)$");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ +(.*)$");
    private static final String NOT_RUN = "<!-- not run: ";
    private static final String END = "@@end of block@@";

    private Docs() {}

    private record Block(Path file, int line, String language, String text, boolean runs) {
        boolean isCommand() {
            return language.equals("sh");
        }

        String place() {
            return file + ":" + line;
        }
    }

    /** Runs {@code links}, or {@code run SHELL ADDRESS}, and exits with 1 if anything is wrong. */
    public static void main(String... arguments) throws Exception {
        List<String> wrong = new ArrayList<>();
        for (Path file : files()) {
            List<Block> blocks = blocks(file);
            if (arguments[0].equals("links")) {
                wrong.addAll(links(file));
                wrong.addAll(unfitCommands(blocks));
            } else if (blocks.stream().anyMatch(block -> block.isCommand() && block.runs())) {
                System.out.println(file + " in " + arguments[1]);
                wrong.addAll(run(blocks, arguments[1], arguments[2]));
            }
        }
        wrong.forEach(System.err::println);
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> top = Files.list(Path.of(""));
                Stream<Path> docs = Files.walk(Path.of("docs"));
                Stream<Path> sources = Files.walk(Path.of("src"))) {
            return Stream.of(top, docs, sources)
                    .flatMap(paths -> paths)
                    .filter(path -> path.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Block> blocks(Path file) {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = lines(file);
        boolean runs = true;
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (fence.matches()) {
                int start = i + 1;
                do {
                    i++;
                } while (!lines.get(i).strip().equals("```"));
                String text = String.join("\n", lines.subList(start, i)) + "\n";
                blocks.add(new Block(file, start, fence.group(1), text, runs));
                runs = true;
            } else if (lines.get(i).startsWith(NOT_RUN)) {
                runs = false;
            } else if (!lines.get(i).isBlank()) {
                // An answer stands directly below its command.
                blocks.add(new Block(file, i, "", "", false));
            }
        }
        return blocks;
    }

    /** Returns command blocks that one of the shells would not take as they are pasted. */
    private static List<String> unfitCommands(List<Block> blocks) {
        List<String> wrong = new ArrayList<>();
        for (Block block : blocks) {
            if (block.language().equals("console")) {
                wrong.add(block.place() + ": a prompt cannot be pasted, use sh");
            }
            if (!block.isCommand()) {
                continue;
            }
            for (String line : block.text().split("\n")) {
                if (line.matches("(.* )?#( .*)?") || line.startsWith("$ ")) {
                    wrong.add(block.place() + ": zsh does not know comments, and no shell a prompt: " + line);
                }
                if (line.replaceAll("\"[^\"]*\"|'[^']*'", "").contains("?")) {
                    wrong.add(block.place() + ": zsh expands ? outside of quotes: " + line);
                }
                if (line.contains("%header{") || line.contains("--json ") || line.contains("--fail-with-body")) {
                    wrong.add(block.place() + ": curl 7.68 does not know this: " + line);
                }
            }
        }
        return wrong;
    }

    private static List<String> links(Path file) {
        List<String> wrong = new ArrayList<>();
        boolean code = false;
        for (String line : lines(file)) {
            code ^= FENCE.matcher(line).matches();
            if (code) {
                continue;
            }
            Matcher links = LINK.matcher(line.replaceAll("`[^`]*`", "``"));
            while (links.find()) {
                String link = links.group(1);
                if (!isGood(file, link)) {
                    wrong.add(file + ": broken link " + link);
                }
            }
        }
        return wrong;
    }

    private static boolean isGood(Path file, String link) {
        if (link.matches("\\w+:.*")) {
            try {
                return URI.create(link).getHost() != null && link.startsWith("http");
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]).normalize();
        return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
    }

    /** Returns the anchors of headings, as GitHub makes them. */
    private static Set<String> anchors(Path file) {
        Set<String> anchors = new TreeSet<>();
        boolean code = false;
        for (String line : lines(file)) {
            code ^= FENCE.matcher(line).matches();
            Matcher heading = HEADING.matcher(line);
            if (!code && heading.matches()) {
                String text = heading.group(1)
                        .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-');
                String anchor = text;
                for (int i = 1; !anchors.add(anchor); i++) {
                    anchor = text + "-" + i;
                }
            }
        }
        return anchors;
    }

    /** Runs the command blocks of a file in one interactive shell, as somebody would paste them one after the other. */
    private static List<String> run(List<Block> blocks, String shell, String address) throws Exception {
        var script = new StringBuilder();
        List<Block> commands =
                blocks.stream().filter(block -> block.isCommand() && block.runs()).toList();
        for (Block command : commands) {
            script.append(command.text().replace("http://localhost:8080", address));
            script.append("printf '%s\\n' '").append(END).append("'\n");
        }
        List<String> answers = output(shell, script.toString());
        List<String> wrong = new ArrayList<>();
        if (answers.size() != commands.size()) {
            wrong.add(commands.get(0).file() + ": " + shell + " ran " + answers.size() + " of " + commands.size()
                    + " blocks, the last with " + answers.get(answers.size() - 1));
        }
        for (int i = 0; i < Math.min(commands.size(), answers.size()); i++) {
            Block command = commands.get(i);
            int next = blocks.indexOf(command) + 1;
            String shown = next < blocks.size() && Set.of("json", "text").contains(blocks.get(next).language())
                    ? blocks.get(next).text()
                    : "";
            String answer = answers.get(i);
            if (!normal(shown).equals(normal(answer))) {
                wrong.add(command.place() + ": in " + shell + " the answer is\n" + answer + "and not\n" + shown
                        + "(compared are\n" + normal(answer) + "\nand\n" + normal(shown) + ")\n");
            }
        }
        return wrong;
    }

    private static List<String> output(String shell, String script) throws Exception {
        List<String> command = shell.equals("zsh")
                ? List.of("zsh", "-f", "-i", "-s")
                : List.of(shell, "--noprofile", "--norc", "--noediting", "-i");
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(java.util.Map.of("PS1", "", "PS2", "", "PROMPT_EOL_MARK", "", "TERM", "dumb", "HISTFILE", ""));
        Path input = Files.createTempFile("docs", ".sh");
        try {
            // The first command comes after what an interactive shell says at its start.
            Files.writeString(input, "printf '%s\\n' '" + END + "'\n" + script);
            Process process = builder.redirectInput(input.toFile()).start();
            String all = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            String[] parts = all.split(Pattern.quote(END) + "\r?\n", -1);
            return List.of(parts).subList(1, Math.max(1, parts.length - 1));
        } finally {
            Files.delete(input);
        }
    }

    /** Replaces what differs from run to run, and the spaces between the tokens of JSON. */
    private static String normal(String answer) {
        return Stream.of(answer.split("\n"))
                .map(Docs::withoutSpaces)
                .collect(Collectors.joining())
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "TIME")
                .replaceAll("\"id\":\\d+", "\"id\":ID")
                .replaceAll("/(users|addresses|posts|categories|comments|sessions)/\\d+", "/$1/ID")
                .replaceAll("\"traceId\":\"[0-9a-f]{32}\"", "\"traceId\":TRACE")
                .replaceAll("\\\\?\"[A-Za-z0-9_-]{22}(-gzip)?\\\\?\"", "TAG")
                .replaceAll("cursor=[A-Za-z0-9_-]+", "cursor=CURSOR")
                .replaceAll("(reassign:)\\d+", "$1ID")
                .replaceAll("(margaret|shafi)\\d+@", "$1@");
    }

    private static String withoutSpaces(String line) {
        var kept = new StringBuilder();
        boolean text = false;
        for (int i = 0; i < line.length(); i++) {
            char one = line.charAt(i);
            if (text && one == '\\' && i + 1 < line.length()) {
                kept.append(one).append(line.charAt(++i));
                continue;
            }
            text ^= one == '"';
            if (text || !Character.isWhitespace(one)) {
                kept.append(one);
            }
        }
        return kept.toString();
    }
}
