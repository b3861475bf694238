package dev.headrace.app;

import dev.headrace.git.DeployId;
import dev.headrace.git.Via;
import dev.headrace.identity.Caller;
import java.util.Optional;

/**
 * Who asks for a change, by which way and why.
 *
 * @param deployId chosen by the client so that a retry finds its commit, or made for it
 */
record Submission(Caller caller, DeployId deployId, Via via, Optional<String> reason) {
  Submission because(Optional<String> why) {
    return new Submission(caller, deployId, via, why);
  }
}
