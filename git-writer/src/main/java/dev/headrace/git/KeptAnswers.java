package dev.headrace.git;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest answers that everybody gets who asks for the same, as files. Each is made by one
 * thread, for which others that want it wait. Thread-safe.
 */
final class KeptAnswers {

  static final int MOST = 4;

  private static final Logger log = LoggerFactory.getLogger(KeptAnswers.class);

  /** An answer about a commit, to these very bytes. */
  record Question(ObjectId about, String digest) {}

  /** Writes an answer. */
  interface Making {
    void to(OutputStream out) throws IOException;
  }

  private final Path folder;
  private final SequencedMap<Question, CompletableFuture<Path>> answers = new LinkedHashMap<>();

  /**
   * @param folder for nothing else; what is in it is removed
   */
  KeptAnswers(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
      for (Path each : left) {
        Files.delete(each);
      }
    }
  }

  /** Empty if the answer could not be made or kept: then it should be given without this. */
  Optional<InputStream> open(Question question, Making making) {
    CompletableFuture<Path> fresh = new CompletableFuture<>();
    Optional<CompletableFuture<Path>> known = knownOrElse(question, fresh);
    if (known.isEmpty()) {
      make(question, fresh, making);
    }
    CompletableFuture<Path> answer = known.orElse(fresh);
    try {
      return Optional.of(Files.newInputStream(answer.join()));
    } catch (IOException | CompletionException e) {
      log.warn("The answer about {} is not kept", question.about().name(), e);
      drop(question, answer);
      return Optional.empty();
    }
  }

  private synchronized Optional<CompletableFuture<Path>> knownOrElse(
      Question question, CompletableFuture<Path> fresh) {
    CompletableFuture<Path> known = answers.get(question);
    if (known != null) {
      return Optional.of(known);
    }
    if (answers.size() == MOST) {
      Map.Entry<Question, CompletableFuture<Path>> oldest = answers.firstEntry();
      drop(oldest.getKey(), oldest.getValue());
    }
    answers.put(question, fresh);
    return Optional.empty();
  }

  private synchronized void drop(Question question, CompletableFuture<Path> answer) {
    if (answers.remove(question, answer)) {
      var _ = answer.thenAccept(KeptAnswers::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      log.warn("{} could not be deleted", file, e);
    }
  }

  private void make(Question question, CompletableFuture<Path> answer, Making making) {
    Optional<Path> file = Optional.empty();
    try {
      file = Optional.of(Files.createTempFile(folder, "answer-", ""));
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file.get()))) {
        making.to(out);
      }
      answer.complete(file.get());
    } catch (IOException | RuntimeException | Error e) {
      drop(question, answer);
      file.ifPresent(KeptAnswers::delete);
      answer.completeExceptionally(e);
    }
  }
}
