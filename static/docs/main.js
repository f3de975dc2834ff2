// What is alive in the pages of the documentation: one module a subject.

import { startCopying } from "./copy.js";
import { startKey } from "./key.js";
import { startChoices } from "./choices.js";
import { startPlace } from "./place.js";
import { startRuns } from "./run.js";
import { startSearch } from "./search.js";
import { startTheme } from "./theme.js";

startTheme();
startChoices();
startPlace();
startCopying();
startKey();
startRuns();
startSearch();
