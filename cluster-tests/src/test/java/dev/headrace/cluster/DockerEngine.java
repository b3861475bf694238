package dev.headrace.cluster;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.testcontainers.DockerClientFactory;

/** The engine that Testcontainers finds, for the docker CLI too. */
final class DockerEngine {
  private static final String SWITCH = "-Dcluster.on=k3s needs Docker, but ";
  private static final String OTHERWISE =
      " Or leave out -Dcluster.on=k3s: the testbed needs no Docker (docs/testbed.md).";

  private DockerEngine() {}

  /** Its address. Fails with what to do when there is none. */
  static String found() {
    require(DockerClientFactory.instance()::isDockerAvailable, DockerEngine::hasCli);
    return DockerClientFactory.instance().getTransportConfig().getDockerHost().toString();
  }

  /**
   * @param engine whether one answers
   * @param cli whether {@code docker} can be called
   */
  static void require(BooleanSupplier engine, BooleanSupplier cli) {
    if (!engine.getAsBoolean()) {
      throw new IllegalStateException(
          SWITCH
              + "no Docker engine answers. Testcontainers looked where DOCKER_HOST,"
              + " ~/.testcontainers.properties and /var/run/docker.sock lead; its log above says what"
              + " it met there. Start one that `docker version` reaches as this user."
              + OTHERWISE);
    }
    if (!cli.getAsBoolean()) {
      throw new IllegalStateException(
          SWITCH
              + "the command `docker` cannot be called: it builds the images and runs commands in the"
              + " container. Install Docker's command line."
              + OTHERWISE);
    }
  }

  private static boolean hasCli() {
    try {
      return new ProcessBuilder("docker", "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
