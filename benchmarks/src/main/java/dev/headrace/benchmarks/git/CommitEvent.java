package dev.headrace.benchmarks.git;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/**
 * A caller's wait for one commit, in a recording of the Flight Recorder: what else stands there at
 * the time of the longest says what it waited for.
 */
@Name("headrace.Commit")
@Label("Wait for a commit")
@Category("Headrace")
@StackTrace(false)
@Threshold("10 ms")
final class CommitEvent extends Event {}
