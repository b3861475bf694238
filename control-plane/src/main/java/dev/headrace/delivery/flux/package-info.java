/**
 * The engine for a Kubernetes: has Flux make the cluster equal to git's head, and says from what
 * the cluster shows how far each deploy came.
 */
@NullMarked
package dev.headrace.delivery.flux;

import org.jspecify.annotations.NullMarked;
