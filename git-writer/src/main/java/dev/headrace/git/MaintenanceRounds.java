package dev.headrace.git;

import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that looks again and again whether there is something to do, and does it. */
final class MaintenanceRounds {

  private static final Logger log = LoggerFactory.getLogger(MaintenanceRounds.class);

  /** What it does each time. */
  interface Round {

    /**
     * Does what there is to do now.
     *
     * @return when to look again; empty: when there are news
     */
    Optional<Duration> run();
  }

  private final Duration first;
  private final Duration retry;
  private final Round round;
  private final Thread thread;
  private boolean news;
  private boolean resting;
  private boolean ended;

  /**
   * @param first how long it waits before the first round
   * @param retry after a round that broke off
   */
  MaintenanceRounds(String thread, Duration first, Duration retry, Round round) {
    this.first = first;
    this.retry = retry;
    this.round = round;
    this.thread = new Thread(this::run, thread);
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Costs next to nothing. */
  synchronized void news() {
    news = true;
    notifyAll();
  }

  /** Whether nothing is left to do until there are news. */
  synchronized boolean isResting() {
    return resting && !news;
  }

  synchronized boolean isEnded() {
    return ended;
  }

  private void run() {
    Optional<Duration> pause = Optional.of(first);
    while (goesOnAfter(pause)) {
      pause = nextRound();
    }
  }

  private Optional<Duration> nextRound() {
    try {
      return round.run();
    } catch (RuntimeException | Error e) {
      log.error("{} goes on in {} s", thread.getName(), retry.toSeconds(), e);
      return Optional.of(retry);
    }
  }

  private synchronized boolean goesOnAfter(Optional<Duration> pause) {
    long begun = System.nanoTime();
    try {
      while (!ended) {
        long left = pause.orElse(Duration.ZERO).minusNanos(System.nanoTime() - begun).toMillis();
        if (pause.isPresent() ? left <= 0 : news) {
          break;
        }
        resting = pause.isEmpty();
        wait(pause.isPresent() ? left : 0);
      }
    } catch (InterruptedException e) {
      return false;
    }
    resting = false;
    news = false;
    return !ended;
  }

  /** Lets no further round begin. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** Until the thread has ended. */
  void join() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
