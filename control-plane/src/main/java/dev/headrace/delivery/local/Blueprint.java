package dev.headrace.delivery.local;

import dev.headrace.git.AppCommit;
import java.util.Map;
import java.util.Optional;

/**
 * What one directory of the platform repository says is to run.
 *
 * @param deploy the version that this is, where its verdict is of interest
 * @param provenLive whether that version was live before
 * @param content digest that an instance of this answers with
 * @param files below the code folder, by path
 */
record Blueprint(
    String appId,
    String ownerId,
    Optional<AppCommit> deploy,
    boolean provenLive,
    String content,
    Map<String, String> files,
    String entrypoint,
    Map<String, String> environment,
    long memoryBytes) {

  Launch launch(String instance) {
    return new Launch(instance, appId, files, entrypoint, environment, content, memoryBytes);
  }
}
