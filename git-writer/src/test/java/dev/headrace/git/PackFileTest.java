package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackFileTest {

  @TempDir private Path folder;

  @Test
  void whatIsBeingWrittenIsNoPackForJGit() throws Exception {
    Path bare = folder.resolve("platform.git");
    try (PlatformRepository repository = PlatformRepository.open(bare, KEY, CLOCK)) {
      committed(repository, deploy(TODO, "one"));
    }
    Path packs = bare.resolve("objects/pack");
    String pack = new PackFolder(packs).list().getFirst().name();
    Files.copy(packs.resolve(pack + ".pack"), packs.resolve(PackFile.FRESH_PACK));
    Files.copy(packs.resolve(pack + ".idx"), packs.resolve(PackFile.FRESH_INDEX));

    try (var repository = Samples.repository(bare)) {
      assertThat(repository.getObjectDatabase().getPacks())
          .extracting(found -> found.getPackFile().getName())
          .containsExactly(pack + ".pack");
    }
  }
}
