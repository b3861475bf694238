package dev.headrace.delivery.local;

import dev.headrace.HeadraceSettings;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.delivery.Deploys;
import dev.headrace.git.PlatformRepository;
import dev.headrace.manifests.Manifests;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Wires the engine for one machine. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "headrace.engine", havingValue = "local", matchIfMissing = true)
public class LocalDelivery {
  @Bean
  LocalRuntime localRuntime(HeadraceSettings settings, JsonMapper json, Clock clock) {
    return new LocalRuntime(
        List.of(settings.python().toString(), "-I", "-m", "headrace_runner.forkserver"),
        json,
        clock,
        new AppsProxy(
            new InetSocketAddress(settings.bind(), settings.appsPort()), settings::isKnownHost),
        settings.startLimit());
  }

  @Bean
  AppsRedirect appsRedirect(LocalRuntime runtime) {
    return new AppsRedirect(runtime);
  }

  @Bean
  DeliveryEngine deliveryEngine(
      PlatformRepository repository,
      Deploys deploys,
      LocalRuntime runtime,
      Manifests manifests,
      Clock clock) {
    return new LocalEngine(
        repository, deploys, runtime, new Blueprints(repository, manifests, deploys), clock);
  }
}
