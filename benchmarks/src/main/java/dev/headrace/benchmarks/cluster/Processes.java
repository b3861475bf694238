package dev.headrace.benchmarks.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** What the testbed's processes take, as this machine's kernel counts it. */
final class Processes {
  private static final List<String> COMPONENTS =
      List.of(
          "kustomize-controller",
          "source-controller",
          "kube-apiserver",
          "etcd",
          "kube-controller-manager",
          "kube-scheduler",
          "kubelet",
          "kube-proxy",
          "containerd",
          "coredns",
          "traefik");

  /** Headrace's own, as a component. */
  static final String HEADRACE = "headrace";

  private static final double TICKS_PER_SECOND = 100;
  private static final int UTIME = 11;
  private static final int STIME = 12;

  private final long first;

  /**
   * @param data the testbed's folder
   */
  Processes(Path data) throws IOException {
    first =
        new JsonMapper()
            .readTree(Files.readString(data.resolve("testbed.json")))
            .path("pid")
            .asLong();
  }

  /** CPU seconds since each began; processes that come and go are not among them. */
  Map<String, Double> cpuSeconds() {
    return each(Processes::cpu, Double::sum);
  }

  /** Adds the difference of two such. */
  static void add(
      Map<String, Double> spent, Map<String, Double> before, Map<String, Double> after) {
    after.forEach((name, seconds) ->
        spent.merge(name, seconds - before.getOrDefault(name, 0.0), Double::sum));
  }

  /** For each of so many deploys, and in total. */
  static Map<String, Double> shares(Map<String, Double> spent, int deploys) {
    Map<String, Double> shares = new TreeMap<>();
    spent.forEach((name, seconds) -> shares.put(name, thousandths(seconds / deploys)));
    shares.put(
        "total",
        thousandths(spent.values().stream().mapToDouble(Double::doubleValue).sum() / deploys));
    return shares;
  }

  private static double thousandths(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  /** Of the largest process of each component. */
  Map<String, Double> residentMegabytes() {
    return each(Processes::resident, BinaryOperator.maxBy(Comparator.naturalOrder()));
  }

  private <T> Map<String, T> each(Function<ProcessHandle, T> measure, BinaryOperator<T> merge) {
    return ProcessHandle.of(first)
        .orElseThrow()
        .descendants()
        .flatMap(process ->
            component(process).map(name -> Map.entry(name, measure.apply(process))).stream())
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, merge, TreeMap::new));
  }

  /** Python in Headrace's pod checks code, and is Headrace's. */
  private static Optional<String> component(ProcessHandle process) {
    List<String> command = command(process);
    if (command.contains("dev.headrace.cli.Main")
        || process
            .parent()
            .filter(parent -> command(parent).contains("dev.headrace.cli.Main"))
            .isPresent()) {
      return Optional.of(HEADRACE);
    }
    return command.stream()
        .findFirst()
        .map(program -> program.substring(program.lastIndexOf('/') + 1))
        .filter(COMPONENTS::contains);
  }

  private static List<String> command(ProcessHandle process) {
    return List.of(read(process, "cmdline").split("\0", -1));
  }

  private static double cpu(ProcessHandle process) {
    String stat = read(process, "stat");
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    return fields.length <= STIME
        ? 0
        : (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) / TICKS_PER_SECOND;
  }

  private static double resident(ProcessHandle process) {
    return read(process, "status")
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Math.round(Long.parseLong(line.replaceAll("\\D", "")) / 102.4) / 10.0)
        .sum();
  }

  /** Empty when it has ended. */
  private static String read(ProcessHandle process, String file) {
    try {
      return Files.readString(
          Path.of("/proc/%d/%s".formatted(process.pid(), file)), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
