package dev.headrace.http;

import com.mongodb.MongoException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.MismatchedInputException;

/** Every refusal in the shape that the route's clients can show. */
@RestControllerAdvice
class ErrorResponses {
  private static final Logger log = LoggerFactory.getLogger(ErrorResponses.class);
  private static final Pattern PARSERS_OWN_SOURCE =
      Pattern.compile(" \\(start marker at \\[Source:.*");
  private static final String RETRY_AFTER_SECONDS = "1";

  /** As MongoDB and the embedded store say it. */
  private static final int OUT_OF_DISK_SPACE = 14_031;

  @ExceptionHandler
  ResponseEntity<Object> refused(ApiError error, HttpServletRequest request) {
    ResponseEntity.BodyBuilder answer = ResponseEntity.status(error.status());
    if (error.status() == HttpStatus.SERVICE_UNAVAILABLE) {
      answer.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    if (isV1(request)) {
      ProblemDetail problem = ProblemDetail.forStatusAndDetail(error.status(), error.text());
      error.code().ifPresent(code -> problem.setProperty("code", code.name()));
      error.details().forEach(problem::setProperty);
      return answer.contentType(MediaType.APPLICATION_PROBLEM_JSON).body(problem);
    }
    Object detail =
        error.code().isEmpty()
            ? error.text()
            : object(error.code().get().name(), error.text(), error.details());
    return json(answer, detail);
  }

  @ExceptionHandler
  ResponseEntity<Object> unreadable(
      HttpMessageNotReadableException error, HttpServletRequest request) {
    return unprocessable(bodyFault(error.getCause()), request);
  }

  @ExceptionHandler
  ResponseEntity<Object> wrongType(
      MethodArgumentTypeMismatchException error, HttpServletRequest request) {
    boolean inPath = error.getParameter().hasParameterAnnotation(PathVariable.class);
    Map<String, @Nullable Object> fault = new LinkedHashMap<>();
    boolean isTime = Instant.class.equals(error.getRequiredType());
    fault.put("type", isTime ? "datetime_parsing" : "int_parsing");
    fault.put("loc", List.of(inPath ? "path" : "query", error.getName()));
    fault.put(
        "msg",
        isTime
            ? "Input should be a time like 2026-03-04T05:06:07Z"
            : "Input should be a valid integer, unable to parse string as an integer");
    fault.put("input", error.getValue());
    return unprocessable(fault, request);
  }

  @ExceptionHandler
  ResponseEntity<Object> database(MongoException error, HttpServletRequest request) {
    if (error.getCode() != OUT_OF_DISK_SPACE) {
      return other(error, request);
    }
    String text =
        "The disk of the platform's data folder is full. Free some space and send this again;"
            + " apps that run go on.";
    return refused(
        request.getRequestURI().startsWith("/api/auth/")
            ? ApiError.text(ErrorCode.DISK_FULL.status(), text)
            : ApiError.of(ErrorCode.DISK_FULL, text),
        request);
  }

  @ExceptionHandler(AsyncRequestNotUsableException.class)
  void clientWentAway() {}

  @ExceptionHandler
  ResponseEntity<Object> other(Exception error, HttpServletRequest request) {
    if (error instanceof ErrorResponse known) {
      HttpStatusCode status = known.getStatusCode();
      HttpStatus named = HttpStatus.resolve(status.value());
      String reason = named == null ? "Error" : named.getReasonPhrase();
      ResponseEntity.BodyBuilder answer = ResponseEntity.status(status).headers(known.getHeaders());
      return isV1(request) ? problem(answer, known.getBody()) : json(answer, reason);
    }
    log.error("{} {} failed", request.getMethod(), request.getRequestURI(), error);
    if (isV1(request)) {
      return problem(
          ProblemDetail.forStatusAndDetail(
              HttpStatus.INTERNAL_SERVER_ERROR,
              "Headrace could not answer this request; its log says why."));
    }
    return ResponseEntity.internalServerError()
        .contentType(MediaType.TEXT_PLAIN)
        .body("Internal Server Error");
  }

  private static ResponseEntity<Object> unprocessable(
      Map<String, @Nullable Object> fault, HttpServletRequest request) {
    if (isV1(request)) {
      ProblemDetail problem =
          ProblemDetail.forStatusAndDetail(
              HttpStatus.UNPROCESSABLE_CONTENT, fault.get("loc") + ": " + fault.get("msg"));
      return problem(problem);
    }
    return json(ResponseEntity.unprocessableContent(), List.of(fault));
  }

  private static Map<String, @Nullable Object> bodyFault(@Nullable Throwable cause) {
    Map<String, @Nullable Object> fault = new LinkedHashMap<>();
    List<Object> loc = new ArrayList<>(List.of("body"));
    switch (cause) {
      case StreamReadException unparsable -> {
        fault.put("type", "json_invalid");
        loc.add(unparsable.getLocation().getByteOffset());
        fault.put(
            "msg",
            "JSON decode error: "
                + PARSERS_OWN_SOURCE.matcher(unparsable.getOriginalMessage()).replaceFirst(""));
      }
      case MismatchedInputException more when isTrailing(more) -> {
        fault.put("type", "json_invalid");
        loc.add(more.getLocation().getByteOffset());
        fault.put("msg", "JSON decode error: Extra data");
      }
      case MismatchedInputException mismatch -> {
        for (JacksonException.Reference step : mismatch.getPath()) {
          loc.add(step.getPropertyName() == null ? step.getIndex() : step.getPropertyName());
        }
        boolean missing = mismatch.getOriginalMessage().contains("issing required");
        fault.put("type", missing ? "missing" : typeName(mismatch.getTargetType()));
        fault.put(
            "msg",
            missing ? "Field required" : "Input should be " + expected(mismatch.getTargetType()));
      }
      case null, default -> {
        fault.put("type", "json_invalid");
        loc.add(0);
        fault.put("msg", "The request body must be UTF-8 JSON");
      }
    }
    fault.put("loc", loc);
    fault.put("input", null);
    return fault;
  }

  private static boolean isTrailing(MismatchedInputException error) {
    return error.getOriginalMessage().startsWith("Trailing token");
  }

  private static String typeName(@Nullable Class<?> type) {
    if (type == String.class) {
      return "string_type";
    }
    if (type == Integer.class || type == int.class) {
      return "int_type";
    }
    return type != null && Map.class.isAssignableFrom(type) ? "dict_type" : "type_error";
  }

  private static String expected(@Nullable Class<?> type) {
    if (type == null) {
      return "of another type";
    }
    if (type == String.class) {
      return "a valid string";
    }
    if (type == Integer.class || type == int.class) {
      return "a valid integer";
    }
    return Map.class.isAssignableFrom(type) ? "a valid dictionary" : "a valid value";
  }

  private static Map<String, @Nullable Object> object(
      String code, String message, Map<String, Object> details) {
    Map<String, @Nullable Object> detail = new LinkedHashMap<>();
    detail.put("code", code);
    detail.put("message", message);
    detail.put("details", details.isEmpty() ? null : details);
    return detail;
  }

  /** JSON also for a client that asked for something else: better than no answer. */
  private static ResponseEntity<Object> json(ResponseEntity.BodyBuilder answer, Object detail) {
    return answer.contentType(MediaType.APPLICATION_JSON).body(Map.of("detail", detail));
  }

  private static ResponseEntity<Object> problem(ProblemDetail problem) {
    return problem(ResponseEntity.status(problem.getStatus()), problem);
  }

  private static ResponseEntity<Object> problem(
      ResponseEntity.BodyBuilder answer, ProblemDetail problem) {
    return answer.contentType(MediaType.APPLICATION_PROBLEM_JSON).body(problem);
  }

  private static boolean isV1(HttpServletRequest request) {
    return request.getRequestURI().startsWith("/api/v1/");
  }
}
