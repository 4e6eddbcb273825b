import { readFileSync } from "node:fs";
import { scoreLifetime } from "./models/lifetime.ts";
import { backTest } from "./models/lifetime-backtest.ts";
import { summarise } from "./models/purchases.ts";
const tx=readFileSync("/work/shared/data/models/cdnow_sample/transactions.csv","utf8").trim().split("\n").slice(1).map(l=>l.split(","));
const m=new Map<string,{customerId:string,purchases:{day:number,amount:number}[],returns:[]}>();
for(const r of tx){const h=m.get(r[1]!)??{customerId:r[1]!,purchases:[],returns:[]};m.set(r[1]!,h);h.purchases.push({day:Date.parse(r[2]!)/864e5,amount:Number(r[4])});}
const end=Date.parse("1998-06-30")/864e5;
const hs=[...m.values()];
let t=performance.now();
const bt=backTest(hs,hs.map(h=>summarise(h,end)).filter(s=>s!==null),{asOf:end,horizonDays:273,seed:1});
console.log(bt.metrics, bt.ships, performance.now()-t);
t=performance.now();
const r=scoreLifetime(hs,{asOf:end,horizonDays:365,seed:1});
console.log(performance.now()-t, r.status==="scored"?[r.kind,r.metrics,r.predictions.slice(0,4)]:r, process.memoryUsage().rss/1e6);
