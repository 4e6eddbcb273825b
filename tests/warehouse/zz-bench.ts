import { setup } from "../support/postgres-global.ts";
import { withDatabase } from "../support/postgres.ts";
import { build, publishRun } from "./seed.ts";
import { contentHash, inputHash, runAudits, writeSnapshot, startRun } from "#warehouse";
import { systemClock } from "#core";
const down = await setup();
let t = Date.now();
const lap = (name: string) => { console.log(name, Date.now() - t, "ms"); t = Date.now(); };
try {
  const db = await withDatabase();
  lap("server+template+db");
  await db.query(`insert into stage.customers (key, source, account, stream, source_id, observed_at, raw_hash, entity_type, entity_type_probability, display_name, emails, phones, handles, is_job, active, do_not_contact)
    select 'q:b:customers:'||i,'q','b','customers',i::text,'2026-06-30','h'||i,'person',1,'Name '||i, array['c'||i||'@example.com'], array['+1876'||(5000000+i)], '{}', false, true, false from generate_series(1,9000) i`);
  await db.query(`insert into build.crosswalk (source,account,stream,source_id,customer_id,key) select 'q','b','customers',i::text,'C'||(i%3000),'q:b:customers:'||i from generate_series(1,9000) i`);
  await db.query(`insert into build.golden (customer_id,entity_type,display_name,email,external_ids,data_sources,record_count,identity_confidence,do_not_contact,active,data_quality_score,profile_completeness) select 'C'||i,'person','Name '||i,'c'||i||'@e.com','{"q":["1"]}','{q}',3,0.99,false,true,0.5,0.6 from generate_series(0,2999) i`);
  await db.query(`insert into build.customer_ids (customer_id,anchor_key,status,minted_run_id) select 'C'||i,'q:b:customers:'||(i+3000),'active','r1' from generate_series(0,2999) i`);
  await db.query(`insert into build.customer_fields select 'C'||i, f, 'value '||i, 'q:b:customers:'||(i+1), 'latest' from generate_series(0,2999) i, unnest(array['email','phone','display_name','city','parish']) f`);
  await db.query(`insert into stage.transactions (key,source,account,stream,source_id,observed_at,raw_hash,kind,date,currency,amount,customer_ref,voided) select 'q:b:invoices:'||i,'q','b','invoices',i::text,'2026-06-30','h'||i,'invoice',date '2024-01-01'+(i%900),'JMD',(i%10000)+0.25,jsonb_build_object('id',(i%9000+1)::text,'name','Name '||(i%9000+1)),false from generate_series(1,40000) i`);
  await db.query(`insert into stage.record_state (key,source,account,stream,raw_hash,mapping_hash,version,outcome,updated_run_id) select 'q:b:invoices:'||i,'q','b','invoices','h'||i,'m','v','loaded','r' from generate_series(1,49000) i`);
  lap("seed");
  console.log(await build(db)); lap("marts");
  await startRun(db, { runId: "r1", kind: "nightly", at: "2026-07-01T00:00:00Z" });
  console.log((await runAudits(db, { runId: "r1", clock: systemClock })).filter((r) => !r.passed)); lap("audits first");
  console.log((await publishRun(db, "r1")).rowsChanged); lap("publish first");
  console.log((await publishRun(db, "r2", "2026-07-02T00:00:00Z")).rowsChanged); lap("publish same");
  await runAudits(db, { runId: "r2", clock: systemClock }); lap("audits second");
  await contentHash(db); lap("hash");
  await inputHash(db); lap("input hash");
  console.log(await writeSnapshot(db, { dir: "/tmp/wh-bench/snap", runId: "r2" })); lap("snapshot");
  await db.drop();
} finally { await down(); }
