// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Jar FILE DIR: packs the files under DIR into FILE, because a Java runtime alone has no jar command. */
public class Jar {
    public static void main(String[] args) throws IOException {
        Path dir = Path.of(args[1]);
        try (OutputStream out = Files.newOutputStream(Path.of(args[0]));
             ZipOutputStream zip = new ZipOutputStream(out);
             var files = Files.walk(dir)) {
            for (Path p : files.filter(Files::isRegularFile).sorted().toList()) {
                zip.putNextEntry(new ZipEntry(dir.relativize(p).toString()));
                Files.copy(p, zip);
                zip.closeEntry();
            }
        }
    }
}
