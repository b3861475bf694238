package dev.headrace.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormatTest {
  @Test
  void everyJavaFileIsFormatted() throws Exception {
    assertThat(Format.unformatted(Path.of("..").toRealPath()))
        .as("run: mvn -q -pl checks compile exec:exec")
        .isEmpty();
  }

  @Test
  void seesAnUnformattedFile(@TempDir Path dir) throws Exception {
    Path file = Files.writeString(dir.resolve("A.java"), "class A { int  x; }");

    assertThat(Format.unformatted(dir)).containsExactly(file);
  }
}
