/** Ends a server of Node with the process that started it: standard input closes when that one does. */
import process from "node:process";

process.stdin.on("end", () => process.exit(0)).resume();
