package dev.headrace.template;

import dev.headrace.http.ApiError;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/templates")
class TemplateController {
  private final Templates templates;

  TemplateController(Templates templates) {
    this.templates = templates;
  }

  @GetMapping
  List<Template> list() {
    return templates.all();
  }

  @GetMapping("/{id}")
  Template get(@PathVariable String id) {
    return templates
        .find(id)
        .orElseThrow(() -> ApiError.text(HttpStatus.NOT_FOUND, "Template not found: " + id));
  }
}
