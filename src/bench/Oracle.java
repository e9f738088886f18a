import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Asks for recoveries of known emails and unknown ones in pairs, each pair in a random order, and compares the answers, byte
 * by byte and in time. It fails when the answers differ, or when a Wilcoxon signed-rank test, or a sign test, tells them apart
 * with p < 0.001.
 *
 * <p>Arguments: the address of the API, the number of pairs. The known emails are {@code known-000001@quire.test} and so on.
 */
public final class Oracle {
    private static final double LIMIT = 0.001;

    private Oracle() {}

    private record Answer(long nanos, String head, String body) {}

    public static void main(String... arguments) throws IOException {
        URI api = URI.create(arguments[0]);
        int pairs = Integer.parseInt(arguments[1]);
        var random = new Random();
        double[] differences = new double[pairs];
        Set<String> answers = new TreeSet<>();
        long[] known = new long[pairs];
        long[] unknown = new long[pairs];
        try (var socket = new Socket(api.getHost(), api.getPort())) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            for (int i = -200; i < pairs; i++) {
                // Those beyond the pairs warm up.
                String one = "known-%06d@quire.test".formatted(i < 0 ? pairs - i : i + 1);
                String other = "never-%06d@quire.test".formatted(i < 0 ? pairs - i : i + 1);
                boolean first = random.nextBoolean();
                Answer a = ask(api, in, out, first ? one : other);
                Answer b = ask(api, in, out, first ? other : one);
                if (i >= 0) {
                    known[i] = (first ? a : b).nanos;
                    unknown[i] = (first ? b : a).nanos;
                    differences[i] = known[i] - unknown[i];
                    answers.add(a.head + a.body);
                    answers.add(b.head + b.body);
                }
            }
        }
        double wilcoxon = wilcoxon(differences);
        double sign = sign(differences);
        Arrays.sort(known);
        Arrays.sort(unknown);
        System.out.printf("pairs: %d, different answers: %d%n", pairs, answers.size());
        for (int percent : new int[] {10, 50, 90}) {
            System.out.printf(
                    "%d %%: known %.1f us, unknown %.1f us%n",
                    percent, known[pairs * percent / 100] / 1000.0, unknown[pairs * percent / 100] / 1000.0);
        }
        System.out.printf("Wilcoxon signed-rank: p = %.3f, sign test: p = %.3f%n", wilcoxon, sign);
        if (answers.size() != 1) {
            answers.forEach(System.out::println);
        }
        System.exit(answers.size() == 1 && wilcoxon > LIMIT && sign > LIMIT ? 0 : 1);
    }

    private static Answer ask(URI api, InputStream in, OutputStream out, String email) throws IOException {
        String body = "{\"email\": \"" + email + "\"}";
        byte[] request = ("POST /authentication/recovery HTTP/1.1\r\nHost: " + api.getAuthority()
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
        long begin = System.nanoTime();
        out.write(request);
        out.flush();
        String head = head(in);
        long end = System.nanoTime();
        int length = head.lines()
                .filter(line -> line.toLowerCase().startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).trim()))
                .findFirst()
                .orElse(0);
        String answer = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        if (!head.startsWith("HTTP/1.1 202 ")) {
            throw new IOException(head + answer);
        }
        return new Answer(end - begin, head.replaceFirst("(?i)\ndate:[^\n]*", ""), answer);
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = in.read();
            if (read < 0) {
                throw new IOException("the service hung up");
            }
            head.append((char) read);
        }
        return head.toString();
    }

    /** Returns the two-sided p of the Wilcoxon signed-rank test, by its normal approximation. */
    private static double wilcoxon(double... differences) {
        List<Double> ranked = new ArrayList<>();
        for (double difference : differences) {
            if (difference != 0) {
                ranked.add(difference);
            }
        }
        ranked.sort(Comparator.comparingDouble(Math::abs));
        double n = ranked.size();
        double positive = IntStream.range(0, ranked.size())
                .filter(i -> ranked.get(i) > 0)
                .mapToDouble(i -> i + 1)
                .sum();
        return twoSided((positive - n * (n + 1) / 4) / Math.sqrt(n * (n + 1) * (2 * n + 1) / 24));
    }

    private static double sign(double... differences) {
        double n = Arrays.stream(differences).filter(difference -> difference != 0).count();
        double positive = Arrays.stream(differences).filter(difference -> difference > 0).count();
        return twoSided((positive - n / 2) / Math.sqrt(n / 4));
    }

    /** Returns the probability that a standard normal variable is at least as far from 0 (Abramowitz and Stegun, 7.1.26). */
    private static double twoSided(double z) {
        double x = Math.abs(z) / Math.sqrt(2);
        double t = 1 / (1 + 0.3275911 * x);
        double series =
                t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
        return series * Math.exp(-x * x);
    }
}
