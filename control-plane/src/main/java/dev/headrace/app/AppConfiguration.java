package dev.headrace.app;

import dev.headrace.HeadraceSettings;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.delivery.DeployFeed;
import dev.headrace.delivery.Deploys;
import dev.headrace.git.PlatformRepository;
import dev.headrace.manifests.Manifests;
import dev.headrace.projection.ProjectedApps;
import dev.headrace.projection.Projection;
import dev.headrace.validation.SyntaxChecker;
import java.time.Clock;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

/** Wires the way of a change: gate, render, commit, project, deliver. */
@Configuration(proxyBeanMethods = false)
@ComponentScan
public class AppConfiguration {
  @Bean
  SourceGate sourceGate(SyntaxChecker checker) {
    return new SourceGate(checker);
  }

  @Bean
  Changes changes(
      PlatformRepository repository,
      Projection projection,
      DeliveryEngine engine,
      HeadraceSettings settings) {
    return new Changes(repository, projection, engine, settings.data());
  }

  @Bean
  Edits edits(
      PlatformRepository repository, Manifests manifests, Deploys deploys, Changes changes) {
    return new Edits(repository, manifests, deploys, changes);
  }

  @Bean
  Lifecycle lifecycle(Apps apps, Edits edits, PlatformRepository repository) {
    return new Lifecycle(apps, edits, repository);
  }

  @Bean
  Rerender rerender(
      PlatformRepository repository,
      Manifests manifests,
      Deploys deploys,
      Edits edits,
      Submissions submissions) {
    return new Rerender(repository, manifests, deploys, edits, submissions);
  }

  @Bean
  Removal removal(PlatformRepository repository, Edits edits, Submissions submissions) {
    return new Removal(repository, edits, submissions);
  }

  @Bean
  Pushes pushes(
      PlatformRepository repository,
      Manifests manifests,
      SourceGate gate,
      Edits edits,
      Changes changes,
      Submissions submissions) {
    return new Pushes(repository, manifests, gate, edits, changes, submissions);
  }

  /** What was pushed while the platform was away. */
  @Bean
  ApplicationRunner takeUpPushes(Pushes pushes) {
    return arguments -> pushes.lookForUnannounced();
  }

  @Bean
  Apps apps(
      ProjectedApps projected,
      Deploys deploys,
      PlatformRepository repository,
      Manifests manifests,
      SourceGate gate,
      Changes changes,
      Edits edits) {
    return new Apps(projected, deploys, repository, manifests, gate, changes, edits);
  }

  @Bean
  Submissions submissions(Clock clock) {
    return new Submissions(clock);
  }

  @Bean
  Streams streams(DeployFeed feed, Deploys deploys, ProjectedApps apps) {
    return new Streams(feed, deploys, apps);
  }
}
