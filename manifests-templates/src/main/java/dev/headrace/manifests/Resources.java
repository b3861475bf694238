package dev.headrace.manifests;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The plan an app runs on. Every plan asks for the same little and differs in its limits. {@link
 * #SMALL} is what an app gets that names none.
 */
public enum Resources {
  MICRO("micro", 250, 128),
  SMALL("small", 1000, 128),
  MEDIUM("medium", 1000, 256),
  LARGE("large", 2000, 512);

  static final int REQUEST_CPU_MILLIS = 50;
  static final int REQUEST_MEMORY_MEBIBYTES = 64;

  private final String word;
  private final int cpuMillis;
  private final int memoryMebibytes;

  Resources(String word, int cpuMillis, int memoryMebibytes) {
    this.word = word;
    this.cpuMillis = cpuMillis;
    this.memoryMebibytes = memoryMebibytes;
  }

  /** The plan of this word. */
  public static Optional<Resources> of(String word) {
    return Arrays.stream(values()).filter(plan -> plan.word.equals(word)).findFirst();
  }

  /** The word in app.yaml and in the API. */
  public String word() {
    return word;
  }

  /** CPU limit in thousandths of a core. */
  public int cpuMillis() {
    return cpuMillis;
  }

  /** Memory limit in MiB. */
  public int memoryMebibytes() {
    return memoryMebibytes;
  }

  /** As Kubernetes quantities. */
  static SortedMap<String, String> requests() {
    return quantities(REQUEST_CPU_MILLIS, REQUEST_MEMORY_MEBIBYTES);
  }

  /** As Kubernetes quantities. */
  SortedMap<String, String> limits() {
    return quantities(cpuMillis, memoryMebibytes);
  }

  private static SortedMap<String, String> quantities(int cpuMillis, int memoryMebibytes) {
    return new TreeMap<>(Map.of("cpu", cpuMillis + "m", "memory", memoryMebibytes + "Mi"));
  }
}
