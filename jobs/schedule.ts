/** What the schedule needs to know. */
export interface ScheduleOptions {
  /** `HH:MM`, local to `timeZone`. */
  readonly at: string;
  readonly timeZone: string;
  readonly workspace: string;
  /** The command that starts c360 on this machine, absolute. */
  readonly program: readonly string[];
  readonly user: string;
}

/** The cron line, systemd timer and Windows task for the nightly run, ready to paste. */
export function scheduleTexts(options: ScheduleOptions): {
  readonly cron: string;
  readonly systemd: string;
  readonly windows: string;
} {
  const [hour = "02", minute = "30"] = options.at.split(":");
  const command = [...options.program, "nightly", "--workspace", options.workspace];
  return {
    cron: [
      "# crontab -e",
      `CRON_TZ=${options.timeZone}`,
      `${Number(minute)} ${Number(hour)} * * * ${command.map(shellWord).join(" ")}`,
    ].join("\n"),
    systemd: [
      "# /etc/systemd/system/c360-nightly.service",
      "[Unit]",
      "Description=Customer 360 nightly run",
      "[Service]",
      "Type=oneshot",
      `User=${options.user}`,
      `WorkingDirectory=${options.workspace}`,
      `ExecStart=${command.map(systemdWord).join(" ")}`,
      "# 3 means published, but a source could not be read whole: it is told, and is no failure of the unit.",
      "SuccessExitStatus=3",
      "",
      "# /etc/systemd/system/c360-nightly.timer",
      "[Unit]",
      "Description=Customer 360 every night",
      "[Timer]",
      `OnCalendar=*-*-* ${hour.padStart(2, "0")}:${minute.padStart(2, "0")}:00 ${options.timeZone}`,
      "Persistent=true",
      "[Install]",
      "WantedBy=timers.target",
      "",
      "# then: systemctl daemon-reload && systemctl enable --now c360-nightly.timer",
    ].join("\n"),
    windows: [
      "rem in a command prompt; the time is the machine's own",
      `schtasks /Create /TN "Customer 360 nightly" /SC DAILY /ST ${hour.padStart(2, "0")}:${minute.padStart(2, "0")} /TR "${command.map(windowsWord).join(" ")}"`,
    ].join("\n"),
  };
}

function shellWord(word: string): string {
  // `%` ends the command in a crontab.
  const quoted = /^[A-Za-z0-9_./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
  return quoted.replaceAll("%", "\\%");
}

function systemdWord(word: string): string {
  const escaped = word.replaceAll("\\", "\\\\").replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /\s|"/.test(escaped) ? `"${escaped.replaceAll('"', '\\"')}"` : escaped;
}

function windowsWord(word: string): string {
  return /\s/.test(word) ? `\\"${word}\\"` : word;
}
