package dev.quire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The check of the resources that the operating system must provide to the process. */
final class ProcessCheck {
    /** The minimum limit of open files: for the program's own, its database connections, and some hundred clients. */
    private static final long LEAST_FILES = 512;

    /** The minimum room for temporary files, in bytes: libraries of Netty, and the resources that Vert.x caches. */
    private static final int LEAST_BYTES = 1024 * 1024;

    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Pattern FILES = Pattern.compile("(?s).*Max open files +([0-9]+) .*");

    private ProcessCheck() {}

    /** Lists the missing resources. */
    static List<String> faults() {
        var faults = new ArrayList<String>();
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            Path file = Files.createTempFile(folder, "quire", null);
            try {
                Files.write(file, new byte[LEAST_BYTES]);
            } finally {
                Files.delete(file);
            }
        } catch (IOException | SecurityException e) {
            faults.add(folder + " must be a folder for temporary files with room for 1 MiB");
        }
        try {
            // The file exists on Linux only. Nowhere else is the limit that low.
            Matcher limit = FILES.matcher(Files.exists(LIMITS) ? Files.readString(LIMITS) : "");
            if (limit.matches() && Long.parseLong(limit.group(1)) < LEAST_FILES) {
                faults.add("The limit of open files must be " + LEAST_FILES + " or more (ulimit -n): it is "
                        + limit.group(1));
            }
        } catch (IOException e) {
            faults.add(
                    "The limit of open files must be " + LEAST_FILES + " or more (ulimit -n): no file can be opened");
        }
        return faults;
    }
}
