package dev.headrace.upgrade;

import dev.headrace.app.Rerender;
import dev.headrace.delivery.DeployFeed;
import dev.headrace.delivery.Deploys;
import dev.headrace.git.PlatformRepository;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

/** Wires upgrades of all apps. */
@Configuration(proxyBeanMethods = false)
@ComponentScan
public class UpgradeConfiguration {
  @Bean
  Upgrades upgrades(
      PlatformRepository repository,
      Rerender rerender,
      Deploys deploys,
      DeployFeed feed,
      Clock clock) {
    return new Upgrades(repository, rerender, deploys, feed, clock);
  }
}
