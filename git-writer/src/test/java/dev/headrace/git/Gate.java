package dev.headrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds the writer at its next step until it is opened. */
final class Gate implements CommitSteps {

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch opened = new CountDownLatch(1);

  @Override
  public void reached(Step step) throws IOException {
    reached.countDown();
    try {
      opened.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  void awaitWriter() throws InterruptedException {
    assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
  }

  void open() {
    opened.countDown();
  }
}
