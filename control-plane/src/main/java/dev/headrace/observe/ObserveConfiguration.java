package dev.headrace.observe;

import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

/** Wires what is seen of running apps. */
@Configuration(proxyBeanMethods = false)
@ComponentScan
public class ObserveConfiguration {}
