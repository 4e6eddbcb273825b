import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { openBackend } from "./models/runtime.ts";
import { trainTabular } from "./models/tabular.ts";
import { scoreTable } from "./models/score.ts";
import { tableFromRows, takeRows } from "./models/table.ts";
import { auc, logLoss, calibrationError, topDecileLift } from "./models/metrics.ts";
const D="/work/shared/data/models/";
const b = await openBackend(); console.log(b.name);
const LEAK=["Tags","Lead Quality","Lead Profile","Last Activity","Last Notable Activity","Asymmetrique Activity Index","Asymmetrique Profile Index","Asymmetrique Activity Score","Asymmetrique Profile Score"];
for (const [set,file,target,drop] of [["telco_churn","telco.csv","Churn",["customerID"]],["xeducation_leads","leads.csv","Converted",["Prospect ID","Lead Number",...LEAK]],["xeducation_leads","leads.csv","Converted",["Prospect ID","Lead Number"]]] as const) {
const rows = parse(readFileSync(D+set+"/"+file),{columns:true}) as Record<string,string>[];
const splits = parse(readFileSync(D+set+"/splits.csv"),{columns:true}) as Record<string,string>[];
const t = tableFromRows(rows);
let A=0,L=0,E=0,T=0; const pool:number[]=[],py:number[]=[]; const kinds:string[]=[]; let alarms;
const t0=performance.now();
for (let s=0;s<10;s++){
 const tr=splits.map((r,i)=>r["s"+s]==="0"?i:-1).filter(i=>i>=0), te=splits.map((r,i)=>r["s"+s]==="1"?i:-1).filter(i=>i>=0);
 const r=trainTabular(b,takeRows(t,tr),{target,seed:7,drop});
 if(r.status!=="trained") throw new Error(r.reason);
 kinds.push(r.model.name+":"+r.model.calibration.kind+":"+r.model.settings.precision); alarms=r.alarms;
 const test=takeRows(t,te); const sc=scoreTable(b,r.model,test); const y=te.map(i=>rows[i]![target]==="Yes"||rows[i]![target]==="1"?1:0);
 A+=auc(y,sc.probabilities)/10;L+=logLoss(y,sc.probabilities)/10;T+=topDecileLift(y,sc.probabilities)/10; pool.push(...sc.probabilities);py.push(...y);
}
console.log(set,drop.length,"AUC",A.toFixed(4),"LL",L.toFixed(4),"ECE",calibrationError(py,pool).toFixed(4),"lift",T.toFixed(3),((performance.now()-t0)/10).toFixed(0)+"ms per split",kinds.slice(0,4).join(" "),alarms?.map(a=>a.column+":"+a.kind));
}
