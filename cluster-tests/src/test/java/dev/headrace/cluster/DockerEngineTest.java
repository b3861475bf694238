package dev.headrace.cluster;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-cluster")
class DockerEngineTest {
  @Test
  void thatNoEngineAnswersIsSaidWithWhatToDo() {
    assertThatThrownBy(() -> DockerEngine.require(() -> false, () -> true))
        .hasMessageContaining("no Docker engine answers")
        .hasMessageContaining("DOCKER_HOST")
        .hasMessageContaining("leave out -Dcluster.on=k3s");
  }

  @Test
  void thatTheCommandIsMissingIsSaidWithWhatToDo() {
    assertThatThrownBy(() -> DockerEngine.require(() -> true, () -> false))
        .hasMessageContaining("`docker` cannot be called")
        .hasMessageContaining("Install Docker's command line")
        .hasMessageContaining("leave out -Dcluster.on=k3s");
  }

  @Test
  void bothTogetherAreEnough() {
    assertThatCode(() -> DockerEngine.require(() -> true, () -> true)).doesNotThrowAnyException();
  }
}
