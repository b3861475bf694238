package dev.headrace.store;

import com.mongodb.client.MongoDatabase;
import dev.headrace.HeadraceSettings;
import java.io.IOException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the one database of the platform. */
@Configuration(proxyBeanMethods = false)
public class StoreConfiguration {
  @Bean
  MongoConnection mongoConnection(HeadraceSettings settings) throws IOException {
    return settings.mongoUri().isPresent()
        ? MongoConnection.to(settings.mongoUri().get())
        : MongoConnection.embedded(settings.mongo());
  }

  @Bean
  MongoDatabase database(MongoConnection connection) {
    return connection.database();
  }
}
