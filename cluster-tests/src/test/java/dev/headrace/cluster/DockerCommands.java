package dev.headrace.cluster;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * How the docker CLI is called, in the checkout, for a node that is a K3s container.
 *
 * @param engine its address
 */
record DockerCommands(String engine) {
  /** What the tests run on the node. */
  static final String TOOLS = "headrace-cluster-tests:0.1.0";

  private static final String RUNNER = "headrace-runner:0.1.0";
  private static final String HEADRACE = "headrace:0.1.0";
  private static final String ARCHIVE = "/headrace-images.tar";

  /** The images as the overlay names them, and the tools, from the project's Containerfiles. */
  List<List<String>> builds() {
    return List.of(
        docker("build", "-f", "runner/Containerfile", "-t", RUNNER, "runner"),
        docker(
            "build",
            "-f",
            "cli/Containerfile",
            "--build-arg",
            "RUNNER=" + RUNNER,
            "-t",
            HEADRACE,
            "."),
        docker("build", "-f", "cluster-tests/Containerfile", "-t", TOOLS, "cluster-tests"));
  }

  /**
   * The node gets the project's images.
   *
   * @param archive a file of this machine to put them into
   */
  List<List<String>> imports(String container, Path archive) {
    return List.of(
        docker("save", "--output", archive.toString(), RUNNER, HEADRACE),
        docker("cp", archive.toString(), container + ":" + ARCHIVE),
        containerd(container, "images", "import", ARCHIVE));
  }

  List<String> containerd(String container, String... arguments) {
    return docker(with(arguments, "exec", container, "ctr", "-n", "k8s.io"));
  }

  /**
   * @param folder of the container, to which the arguments' paths are relative
   */
  List<String> kubectl(String container, Path folder, String... arguments) {
    return docker(with(arguments, "exec", "--workdir", folder.toString(), container, "kubectl"));
  }

  /** A program that reads what it is sent. */
  List<String> entering(String container, String... command) {
    return docker(with(command, "exec", "--interactive", container));
  }

  private List<String> docker(String... arguments) {
    return List.of(with(arguments, "docker", "--host", engine));
  }

  private static String[] with(String[] rest, String... first) {
    return Stream.concat(Arrays.stream(first), Arrays.stream(rest)).toArray(String[]::new);
  }
}
