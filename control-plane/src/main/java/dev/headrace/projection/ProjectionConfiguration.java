package dev.headrace.projection;

import com.mongodb.client.MongoDatabase;
import dev.headrace.HeadraceSettings;
import dev.headrace.delivery.Deploys;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.SigningKey;
import dev.headrace.identity.Users;
import dev.headrace.manifests.Manifests;
import dev.headrace.manifests.RenderSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the platform repository and the read model that follows it. */
@Configuration(proxyBeanMethods = false)
public class ProjectionConfiguration {
  @Bean
  PlatformRepository platformRepository(HeadraceSettings settings, Clock clock) throws IOException {
    Path key = settings.keys().resolve("signing");
    Files.createDirectories(settings.keys());
    return PlatformRepository.open(
        settings.repository(),
        Files.exists(key) ? SigningKey.load(key) : SigningKey.create(key),
        clock);
  }

  @Bean
  RenderSettings renderSettings(HeadraceSettings settings) {
    HeadraceSettings.Cluster cluster = settings.cluster();
    return new RenderSettings(
        cluster.namespacePattern(),
        cluster.appDomain(),
        cluster.appsHost(),
        cluster.entryPoint(),
        cluster.runnerImage(),
        cluster.imagePullSecret());
  }

  @Bean
  Manifests manifests(RenderSettings settings) {
    return new Manifests(settings);
  }

  @Bean
  ProjectedApps projectedApps(MongoDatabase database, Users users, Clock clock) {
    return new ProjectedApps(database, users, clock);
  }

  @Bean(initMethod = "catchUp")
  Projection projection(
      PlatformRepository repository,
      Manifests manifests,
      ProjectedApps apps,
      Deploys deploys,
      MongoDatabase database) {
    return new Projection(repository, manifests, apps, deploys, database);
  }
}
