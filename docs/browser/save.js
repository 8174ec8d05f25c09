// SPDX-License-Identifier: Apache-2.0
// What a user takes home.

const COLUMNS = [
  "part", "hop", "time_s", "bpm", "low", "high", "confidence", "state", "gaps", "t_us", "bpm_q8", "conf_q15",
];

/** All hops as CSV; the last three columns are the firmware's own integers. */
export function csvOf(hops) {
  const rows = hops.map((hop) => [
    hop.part + 1, hop.hop, hop.timeS.toFixed(3),
    hop.bpmQ8 ? hop.bpm.toFixed(2) : "",
    ...(hop.high ? [hop.low.toFixed(2), hop.high.toFixed(2)] : ["", ""]),
    hop.bpmQ8 ? hop.confidence.toFixed(4) : "",
    hop.state, hop.gaps, hop.timeUs, hop.bpmQ8, hop.confidenceQ15,
  ]);
  return [COLUMNS, ...rows].map((row) => `${row.join(",")}\n`).join("");
}

/** "anna.zip" to "anna-heart-rate.csv". */
export function fileName(recording, ending) {
  const stem = recording.replace(/\.\w{1,4}$/, "").replace(/[^\w.-]+/g, "-").toLowerCase();
  return `${stem || "recording"}-heart-rate.${ending}`;
}

export function saveBlob(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
