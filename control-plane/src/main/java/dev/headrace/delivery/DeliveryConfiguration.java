package dev.headrace.delivery;

import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what every engine reports to. */
@Configuration(proxyBeanMethods = false)
public class DeliveryConfiguration {
  @Bean
  DeployFeed deployFeed() {
    return new DeployFeed();
  }

  @Bean
  Deploys deploys(MongoDatabase database, DeployFeed feed, Clock clock) {
    return new Deploys(database, feed, clock);
  }

  @Bean
  Drifts drifts(MongoDatabase database) {
    return new Drifts(database);
  }
}
