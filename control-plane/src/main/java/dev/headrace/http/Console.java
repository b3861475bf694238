package dev.headrace.http;

import io.swagger.v3.oas.annotations.Hidden;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** The page's own addresses, which exist only in the browser, all answer with the page. */
@Controller
@Hidden
class Console {
  @GetMapping({"/", "/login", "/signup", "/new", "/apps", "/apps/{*rest}"})
  String page() {
    return "forward:/index.html";
  }
}
