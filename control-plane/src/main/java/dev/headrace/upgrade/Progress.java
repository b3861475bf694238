package dev.headrace.upgrade;

import dev.headrace.git.AppId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How far an upgrade is.
 *
 * @param by the user name of who asked for it
 * @param done apps that are in git as they would be rendered now and did not fail since
 * @param message why it stopped, and what to do
 */
record Progress(
    State state,
    String by,
    Instant startedAt,
    Optional<Instant> endedAt,
    int total,
    int done,
    List<Failed> failed,
    Optional<String> message) {

  enum State {
    RUNNING,
    DONE,
    STOPPED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  record Failed(AppId app, String cause) {}

  static Progress begun(String by, Instant at, int total) {
    return new Progress(
        State.RUNNING, by, at, Optional.empty(), total, 0, List.of(), Optional.empty());
  }

  int waiting() {
    return total - done - failed.size();
  }

  Progress oneMoreDone() {
    return new Progress(state, by, startedAt, endedAt, total, done + 1, failed, message);
  }

  Progress with(Failed another) {
    List<Failed> all = new ArrayList<>(failed);
    all.add(another);
    return new Progress(state, by, startedAt, endedAt, total, done, List.copyOf(all), message);
  }

  Progress ended(State how, Instant at, Optional<String> why) {
    return new Progress(how, by, startedAt, Optional.of(at), total, done, failed, why);
  }
}
