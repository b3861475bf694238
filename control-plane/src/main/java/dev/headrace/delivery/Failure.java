package dev.headrace.delivery;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Why a deploy failed, for its author.
 *
 * @param stage the stage that was not reached
 * @param cause in plain words
 * @param evidence what the app or the platform said: a traceback, a message
 * @param nextStep what to do about it
 * @param file of the author's source, with the line where it went wrong
 */
public record Failure(
    Stage stage,
    String cause,
    Optional<String> evidence,
    String nextStep,
    Optional<String> file,
    OptionalInt line) {

  /** Somebody else than Headrace wrote the commit's files, since Headrace reads what it writes. */
  public static Failure unreadable(String why) {
    return new Failure(
        Stage.FETCHED,
        "The files of this commit cannot be read.",
        Optional.of(why),
        "Deploy the app again, which writes all of them anew. If that is refused, ask your operator to"
            + " revert the commit.",
        Optional.empty(),
        OptionalInt.empty());
  }

  /** The same, and what visitors meet until it is mended. */
  public Failure whileServing(boolean another) {
    String meanwhile =
        another ? " The version before goes on serving." : " No version serves until then.";
    return new Failure(stage, cause, evidence, nextStep + meanwhile, file, line);
  }
}
