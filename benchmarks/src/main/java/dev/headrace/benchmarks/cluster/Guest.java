package dev.headrace.benchmarks.cluster;

import dev.headrace.testbed.Testbed;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A server in the testbed, where Flux reaches it: of the platform's repository, by stock git, and
 * of archives. What Flux can be given besides Headrace's own artifacts comes from here.
 */
final class Guest implements AutoCloseable {
  private static final String ADDRESS = "http://" + Testbed.NODE + ":9080/";

  private final Testbed testbed;
  private final String repository;
  private final Path files;
  private final Process server;

  private Guest(Testbed testbed, String repository, Path files, Process server) {
    this.testbed = testbed;
    this.repository = repository;
    this.files = files;
    this.server = server;
  }

  static Guest start(Testbed testbed, KubernetesClient kubernetes) throws IOException {
    String volume = volume(kubernetes);
    Path files = Files.createTempDirectory("headrace-bench-");
    Process server =
        testbed
            .entering(
                testbed.file("cluster-foundation/testbed/serve").toString(),
                "--repositories",
                volume,
                "--files",
                files.toString())
            .start();
    BufferedReader says = server.inputReader(StandardCharsets.UTF_8);
    if (!"ready".equals(says.readLine())) {
      throw new IOException("the server in the testbed did not start");
    }
    return new Guest(testbed, volume + "/platform.git", files, server);
  }

  /** The node's folder that Headrace has as its data. */
  private static String volume(KubernetesClient kubernetes) {
    String name =
        kubernetes
            .persistentVolumeClaims()
            .inNamespace(Testbed.SYSTEM)
            .withName("headrace-data")
            .require()
            .getSpec()
            .getVolumeName();
    PersistentVolume volume = kubernetes.persistentVolumes().withName(name).require();
    return volume.getSpec().getHostPath() == null
        ? volume.getSpec().getLocal().getPath()
        : volume.getSpec().getHostPath().getPath();
  }

  /** For source-controller. */
  static String repositoryUrl() {
    return ADDRESS + "platform.git";
  }

  /** Writes an app's directory, as of a commit, into a new folder. */
  Path checkOut(String commit, String appId) throws IOException, InterruptedException {
    Path folder = Files.createDirectory(files.resolve(commit));
    ProcessBuilder archive =
        testbed.entering(
            "git",
            "-c",
            "safe.directory=*",
            "-C",
            repository,
            "archive",
            commit + ":" + directory(appId));
    ProcessBuilder unpack =
        new ProcessBuilder("tar", "-x", "-C", folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    for (Process process : ProcessBuilder.startPipeline(List.of(archive, unpack))) {
      if (process.waitFor() != 0) {
        throw new IOException("%s of app %s cannot be read".formatted(commit, appId));
      }
    }
    return folder;
  }

  /** Of an app in the platform's repository. */
  static String directory(String appId) {
    String hex =
        HexFormat.of().formatHex(sha256(appId.getBytes(StandardCharsets.UTF_8))).substring(0, 3);
    return "apps/%s/%s"
        .formatted(
            hex.chars().mapToObj(Character::toString).collect(Collectors.joining("/")), appId);
  }

  /** An archive that kustomize-controller can fetch. */
  record Offered(String url, String file, String digest, long size) {}

  Offered offer(Path folder, String name) throws IOException, InterruptedException {
    String file = name + ".tar.gz";
    Path archive = files.resolve(file);
    Process tar =
        new ProcessBuilder("tar", "-czf", archive.toString(), "-C", folder.toString(), ".")
            .inheritIO()
            .start();
    if (tar.waitFor() != 0) {
      throw new IOException("%s cannot be packed".formatted(folder));
    }
    return new Offered(
        ADDRESS + file,
        file,
        "sha256:" + HexFormat.of().formatHex(sha256(Files.readAllBytes(archive))),
        Files.size(archive));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.getOutputStream().close();
    try (Stream<Path> all = Files.walk(files)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
