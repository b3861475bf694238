package dev.headrace.delivery;

import dev.headrace.git.AppId;
import dev.headrace.git.DirectoryId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Makes the runtime equal to git's head. Level-triggered: what it does follows from the head and
 * from what runs, so a lost wake-up costs time and never correctness. Thread-safe.
 */
public interface DeliveryEngine {
  /** Begins with what git's head says; once, after the projection has caught up. */
  void start();

  /** Tells that the head of this app or tenant moved; returns at once. */
  void wake(DirectoryId directory);

  /**
   * What still stands or runs of an app or tenant that git does not have any more, for an operator;
   * empty when all of it is gone.
   */
  Optional<String> remains(DirectoryId removed);

  RuntimeState state(AppId app);

  /** The newest lines, oldest first. */
  Logs logs(AppId app, int most, Optional<Instant> since);

  /** What the operator should know of this engine on this machine. */
  Optional<String> caveat();

  /** Where people reach the app. */
  String url(AppId app);

  /** What runs for an app now, whatever its deploys say. */
  sealed interface RuntimeState {
    record Absent() implements RuntimeState {}

    record Starting() implements RuntimeState {}

    /** Nothing runs, because git says so. */
    record Stopped() implements RuntimeState {}

    /**
     * It answers requests.
     *
     * @param version of the deploy that serves, where it is known
     */
    record Running(OptionalInt version) implements RuntimeState {}

    /** It ran and ended by itself; it is started again after a while. */
    record Crashed(String reason) implements RuntimeState {}
  }

  /**
   * Lines that an app wrote.
   *
   * @param instance started last, whether it wrote anything or not
   */
  record Logs(Optional<String> instance, List<Line> lines, boolean truncated) {
    public record Line(Instant at, String text) {}
  }
}
