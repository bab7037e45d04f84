/** Joins class names, leaving out what is false; utilities that contradict must not meet here. */
export { clsx as cn } from "clsx";
