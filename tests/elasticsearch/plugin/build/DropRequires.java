// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.ModuleAttribute;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * DropRequires JAR MODULE…: takes the requirements of the modules named out of JAR's module descriptor (Java 24 or later).
 * Elasticsearch requires two modules of a JDK's tools only to guard them, and would not start on a runtime without them.
 */
public class DropRequires {
    public static void main(String[] args) throws IOException {
        Set<String> drop = Set.of(args);
        try (FileSystem jar = FileSystems.newFileSystem(Path.of(args[0]))) {
            Path p = jar.getPath("module-info.class");
            ClassFile f = ClassFile.of();
            byte[] out = f.transformClass(f.parse(Files.readAllBytes(p)), (to, e) -> {
                if (e instanceof ModuleAttribute m) {
                    to.with(ModuleAttribute.of(m.moduleName(), m.moduleFlagsMask(), m.moduleVersion().orElse(null),
                        m.requires().stream().filter(r -> drop.contains(r.requires().name().stringValue()) == false).toList(),
                        m.exports(), m.opens(), m.uses(), m.provides()));
                } else {
                    to.with(e);
                }
            });
            Files.write(p, out);
        }
    }
}
