package dev.headrace.git;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.ObjectId;

/** The bytes of a signed commit object, made and taken apart. */
final class SignedCommit {

  static final String COMMITTER_ADDRESS = "headrace@noreply.headrace.invalid";

  private static final String COMMITTER = "Headrace <" + COMMITTER_ADDRESS + ">";
  private static final String SIGNATURE_HEADER = "gpgsig ";

  private SignedCommit() {}

  static String author(Actor actor) {
    return PlainText.person(actor.username())
        + " <"
        + actor.userId()
        + "@users.noreply.headrace.invalid>";
  }

  static byte[] build(
      ObjectId tree,
      Optional<ObjectId> parent,
      Optional<Actor> author,
      Instant at,
      String message,
      SigningKey key) {
    String time = " " + at.getEpochSecond() + " +0000\n";
    String headers =
        "tree "
            + tree.name()
            + "\n"
            + parent.map(id -> "parent " + id.name() + "\n").orElse("")
            + "author "
            + author.map(SignedCommit::author).orElse(COMMITTER)
            + time
            + "committer "
            + COMMITTER
            + time;
    byte[] payload = utf8(headers + "\n" + message);
    String signature = key.sign(payload);
    String folded = signature.lines().collect(Collectors.joining("\n ", SIGNATURE_HEADER, "\n"));
    return utf8(headers + folded + "\n" + message);
  }

  /** What it says, if {@code key} signed exactly these bytes. */
  static Optional<Content> verify(byte[] raw, SigningKey key) {
    Parts parts = takeApart(raw);
    return key.signed(parts.payload().toByteArray(), parts.signature())
        ? Optional.of(parts.content())
        : Optional.empty();
  }

  /** What it says, whoever signed it. */
  static Content content(byte[] raw) {
    return takeApart(raw).content();
  }

  private static Parts takeApart(byte[] raw) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream(raw.length);
    StringBuilder signature = new StringBuilder();
    Instant at = Instant.EPOCH;
    boolean inSignature = false;
    int position = 0;
    while (position < raw.length && raw[position] != '\n') {
      int next = endOfLine(raw, position);
      String line = new String(raw, position, next - position, StandardCharsets.UTF_8);
      inSignature = line.startsWith(SIGNATURE_HEADER) || (inSignature && line.startsWith(" "));
      if (inSignature) {
        signature.append(line, line.indexOf(' ') + 1, line.length());
      } else {
        payload.write(raw, position, next - position);
      }
      if (line.startsWith("committer ")) {
        at = time(line);
      }
      position = next;
    }
    payload.write(raw, position, raw.length - position);
    int body = Math.min(position + 1, raw.length);
    String message = new String(raw, body, raw.length - body, StandardCharsets.UTF_8);
    return new Parts(payload, signature.toString(), new Content(message, at));
  }

  private record Parts(ByteArrayOutputStream payload, String signature, Content content) {}

  /**
   * @param at the committer's time
   */
  record Content(String message, Instant at) {}

  private static int endOfLine(byte[] raw, int from) {
    int position = from;
    while (position < raw.length && raw[position] != '\n') {
      position++;
    }
    return Math.min(position + 1, raw.length);
  }

  private static Instant time(String committer) {
    List<String> words = List.of(committer.strip().split(" "));
    try {
      return Instant.ofEpochSecond(Long.parseLong(words.get(words.size() - 2)));
    } catch (NumberFormatException e) {
      return Instant.EPOCH;
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
