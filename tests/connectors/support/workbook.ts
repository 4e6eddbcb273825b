import ExcelJS from "exceljs";

/** A small workbook as another program would write it. */
export async function writeWorkbook(
  path: string,
  sheets: Readonly<Record<string, readonly (readonly unknown[])[]>>,
  hidden: readonly string[] = [],
): Promise<void> {
  const book = new ExcelJS.Workbook();
  const stamp = new Date("2026-01-01T00:00:00Z");
  Object.assign(book, { created: stamp, modified: stamp });
  for (const [name, rows] of Object.entries(sheets)) {
    const sheet = book.addWorksheet(name, hidden.includes(name) ? { state: "hidden" } : {});
    for (const row of rows) {
      const added = sheet.addRow([...row]);
      row.forEach((value, index) => {
        if (value instanceof Date) added.getCell(index + 1).numFmt = "dd/mm/yyyy";
      });
    }
  }
  await book.xlsx.writeFile(path);
}
