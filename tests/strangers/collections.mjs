// Runs the collections for Postman and for Bruno, each against a server of its own: `node collections.mjs postman FILE` and
// `node collections.mjs bruno FOLDER`. In both, each call checks the status of its answer.

import { spawn } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import newman from "newman";

const [program, place] = process.argv.slice(2);
const { COMMFLOW_URL: address, COMMFLOW_KEY: key } = process.env;

// The receiver of the webhooks, which would lead out of this machine.
const receiver = createServer((request, response) => request.resume().on("end", () => response.writeHead(204).end()));
await new Promise((listens) => receiver.listen(0, "127.0.0.1", listens));
const ledHome = (text) => text.replaceAll("https://yourapp.com", `http://127.0.0.1:${receiver.address().port}`);

// What is made comes first, then what looks at it and changes it, and last what deletes it, the innermost first. A person picks
// the calls, and their order in the folders follows the document.
const turns = ["POST", "GET", "PATCH", "PUT", "DELETE"];
const depth = (call) => call.path.split("/").length;
const inOrder = (calls) =>
    // The server is a demo: to add it again is refused, and to remove it would end who calls.
    calls.filter((call) => call.method === "GET" || !call.path.endsWith("v1/demo")).toSorted(
        (one, other) =>
            turns.indexOf(one.method) - turns.indexOf(other.method) ||
            (depth(one) - depth(other)) * (one.method === "DELETE" ? -1 : 1),
    );

function runPostman(file) {
    const collection = JSON.parse(ledHome(readFileSync(file, "utf8")));
    const calls = collection.item.flatMap((folder) => folder.item).map((item) => {
        return { item, method: item.request.method, path: item.request.url.path.join("/") };
    });
    collection.item = inOrder(calls).map((call) => call.item);
    const values = { base_url: address, api_key: key };
    collection.variable = collection.variable.map((one) => ({ ...one, value: values[one.key] ?? one.value }));
    return new Promise((ends) => {
        newman.run({ collection, workingDir: process.cwd(), timeoutRequest: 120_000 }, (error, summary) => {
            for (const { source, error } of summary.run.failures) console.error(`${source.name}: ${error.message}`);
            const { requests, assertions } = summary.run.stats;
            console.log(`newman: ${requests.total} requests, ${assertions.total} checks, ${assertions.failed} failed`);
            ends(!error && summary.run.failures.length === 0);
        });
    });
}

/** Where a request stands in its folder, and a folder in the collection. */
const placeOf = (file) => Number(/seq: (\d+)/.exec(readFileSync(file, "utf8"))[1]);

function runBruno(folder) {
    const names = readdirSync(folder, { recursive: true }).filter((name) => /\/(?!folder\.bru).*\.bru$/.test(name));
    const calls = names.filter((name) => !name.startsWith("environments/")).map((name) => {
        const text = ledHome(readFileSync(join(folder, name), "utf8"));
        writeFileSync(join(folder, name), text);
        const [, method, path] = /^(get|post|patch|put|delete) \{\n  url: \{\{base_url\}\}([^\n?]*)/m.exec(text);
        const place = [placeOf(join(folder, dirname(name), "folder.bru")), placeOf(join(folder, name))];
        return { name, method: method.toUpperCase(), path, place };
    });
    const byPlace = (one, other) => one.place[0] - other.place[0] || one.place[1] - other.place[1];
    const files = inOrder(calls.toSorted(byPlace)).map((call) => call.name);
    const values = ["--env-var", `base_url=${address}`, "--env-var", `api_key=${key}`];
    const bru = spawn("bru", ["run", ...files, "--env", "Local", ...values], { cwd: folder, stdio: "inherit" });
    return new Promise((ends) => bru.on("close", (code) => ends(code === 0)));
}

const isWell = await { postman: runPostman, bruno: runBruno }[program](place);
receiver.close();
process.exit(isWell ? 0 : 1);
