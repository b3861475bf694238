package dev.headrace.delivery;

import dev.headrace.git.AppCommit;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One commit of an app with what was observed of it.
 *
 * @param supersededBy version that came before this one was live
 */
public record Deploy(
    AppCommit commit,
    Outcome outcome,
    List<Step> stages,
    Optional<Failure> failure,
    OptionalInt supersededBy) {

  /**
   * A stage reached.
   *
   * @param id counts the stages of one deploy from 1, so that a stream can be resumed
   */
  public record Step(int id, Stage stage, Instant at) {}
}
