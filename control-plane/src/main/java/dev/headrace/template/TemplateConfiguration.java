package dev.headrace.template;

import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

/** Wires the starters. */
@Configuration(proxyBeanMethods = false)
@ComponentScan
public class TemplateConfiguration {}
