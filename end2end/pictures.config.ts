// For `make screenshots`: the same browser, other tests.

import { defineConfig } from "@playwright/test";
import stories from "./playwright.config";

export default defineConfig({
  ...stories,
  testMatch: ["pictures/*.spec.ts"],
  fullyParallel: true,
  workers: 2,
});
