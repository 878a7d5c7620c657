// All tours, as tests of whoever looks.

import { test } from "../fixtures/test";
import { account } from "./account";
import { administration } from "./administration";
import { arrival } from "./arrival";
import { PROVIDED, confirmation } from "./confirmation";
import { fallback } from "./fallback";
import { organizations } from "./organizations";
import { project } from "./project";
import { projectPeople } from "./project-people";
import { settings } from "./settings";
import type { Look } from "./tour";

/** Declares one test per tour, in which `look` sees each of its states. */
export function everyState(title: string, look: Look): void {
  const tour = (name: string, walk: typeof arrival) =>
    test(`${title}: ${name}`, async ({ person, somebody, server, watch }) => {
      test.setTimeout(300_000);
      await walk({ person, somebody, server, watch, look });
    });
  tour("arriving", arrival);
  tour("a project", project);
  tour("the people of a project", projectPeople);
  tour("Settings", settings);
  tour("the account", account);
  tour("the administration", administration);
  tour("organizations", organizations);
  tour("fallback", fallback);
  test.describe(() => {
    test.use({ variables: PROVIDED });
    tour("the confirmation", confirmation);
  });
}
