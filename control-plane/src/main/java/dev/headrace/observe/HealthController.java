package dev.headrace.observe;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import dev.headrace.template.Templates;
import org.bson.Document;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Whether the platform itself can answer, for probes. */
@RestController
class HealthController {
  private static final Logger log = LoggerFactory.getLogger(HealthController.class);

  private final MongoDatabase database;
  private final Templates templates;

  HealthController(MongoDatabase database, Templates templates) {
    this.database = database;
    this.templates = templates;
  }

  /**
   * @param templates how many starters everybody is offered
   */
  record Health(String status, String database, int templates) {}

  @GetMapping("/health")
  ResponseEntity<Health> health() {
    try {
      database.runCommand(new Document("ping", 1));
      return ResponseEntity.ok(new Health("healthy", "connected", templates.count()));
    } catch (MongoException e) {
      log.warn("the database does not answer: {}", e.getMessage());
      return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
          .body(new Health("unhealthy", "disconnected", templates.count()));
    }
  }
}
