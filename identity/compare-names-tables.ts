/*
 * Words that names are compared with, beside those of the country packs. Compiled for this project from public knowledge;
 * Apache-2.0. Spelling is that of `fold`: lower-case ASCII.
 */

/**
 * Given names: groups (;) of what one name became in several languages (/), each with its spellings and short forms. Words
 * of different groups are different names.
 */
const GIVEN =
  "mohammed muhammad mohamed mohammad muhammed mohamad mhmd/mehmet;mahmoud mahmud mehmood mhmwd;ahmed ahmad ahmd/ahmet;hamid hameed;" +
  "hussein hussain husayn hossein husein hsyn;hassan hasan hsn;ali aly;omar umar omer;osman uthman usman othman;yusuf yousef youssef yusef/joseph;" +
  "ibrahim ebrahim/abraham;ismail ismael;khalid khaled;khalil;karim kareem;rahim raheem;rashid rasheed rachid;salim saleem selim;" +
  "salem;sultan;faisal faysal feisal;fahd fahad;abdullah abdallah abdulla;tariq tarek tarik;jamal gamal;samir sameer;amir ameer;" +
  "nasser nasir naser;mustafa moustafa mostafa;bilal;hamza;zaid zayd;fatima fatma fatimah;aisha ayesha aicha;khadija khadijah;" +
  "mariam maryam miriam;leila layla laila leyla;zainab zeinab zaynab;noor nour nur;yasmin yasmine jasmine jasmin;amina aminah;" +
  "rajesh;rakesh;ramesh;suresh;naresh;mahesh;dinesh;ganesh;mukesh;amit;ajit;anil;sunil;ravi;raj;rahul;rohan;rohit;vijay;ajay;sanjay;" +
  "deepak;ashok;arun;varun;vikram;krishna;lakshmi laxmi;priya;pooja puja;anita;sunita;kavita;sita;gita geeta;meena mina;neha;nisha;" +
  "aleksandr alexander aleksander sasha alex alec/alexandre/alejandro/alessandro sandro;" +
  "aleksandra alexandra sasha sandra alex/alejandra/alessandra;aleksei alexei alexey aleksey alyosha/alexis;" +
  "andrei andrey/andrew andy drew/andreas/andre/andres/andrzej;andrea andreia;anna ana anne ann anya/hannah;" +
  "boris;dmitri dmitry dmitrii dmitriy dima mitya;evgeny yevgeny evgenii zhenya/eugene gene;grigory gregory grigori greg grisha;" +
  "igor;ivan vanya/john jack jon johnny/johannes johann hans/jan/juan/giovanni/joao/jean/ian iain/sean shaun shawn;maksim maxim max;" +
  "mikhail misha/michael mike mick/miguel/michel/michele/micha;nikolai nikolay kolya/nicholas nicolas nick/nico/niklas;" +
  "oleg;olga olya;pavel pasha pawel/paul/pablo/paolo/paulo;paula/paola/pauline/paulina;pyotr petr petya piotr/peter pete/pedro/pietro/pierre;sergei sergey serhii/serge/sergio;" +
  "stephen steven steve/stefan stephan/stepan/esteban/etienne/stefano;stefanie stephanie stephany steffi steph/stefania;tatiana tatyana tanya;" +
  "vladimir volodya vova/volodymyr;vladislav vlad slava;yuri yury iurii;yulia julia juliya iuliia julie julija;yelena elena lena/helena/helen/ellen;" +
  "natalia natalya natalie natasha nataly nathalie;svetlana sveta;irina irena ira/irene;ekaterina yekaterina katya/catherine katherine katharine kathryn kate katie kathy cathy/katarina;" +
  "francisco paco pancho/francesco/francis frank/francois/franz/frantisek;francesca/francisca/frances fran;ignacio nacho;guadalupe lupe;roberto beto;" +
  "robert roberto bob rob bobby robbie;roberta;jesus chucho;enrique kike/henry harry/heinrich heinz/henri/enrico;eduardo lalo/edward ed eddie ted/edouard;" +
  "guillermo memo/william bill will billy willy liam/wilhelm/guillaume;dolores lola;concepcion concha;rosario charo;antonio tono tony/antony anthony tony/antoine/anton toni;" +
  "antonia/antoinette;luis/louis lewis lou/ludwig/luigi;luisa/louise louisa lulu;manuel manolo manny/emanuel emmanuel;manuela emanuela;santiago iago;diego;jorge/george/giorgio/georg/georges/yorgos giorgos;" +
  "georgia/georgina/georgiana;carlos/charles charlie chuck/karl carl/carlo;carla karla;caroline carolyn/carolina;carol carole;karen karin karyn;mario;maria mariya/marie/mary;marta martha;" +
  "martin;martina;marion;marian;mariana marianne;marlon;marcos/marcus markus/mark marc/marco;marcia marsha;miguel;daniel dan danny;danielle/daniela/daniele;" +
  "fernando hernando/ferdinand;fernanda;gabriel gabe;gabriela gaby/gabrielle gaby;rafael raphael rafe;raul;ricardo/richard rick dick rich ricky richie/riccardo;" +
  "claudio/claude;claudia;emilio emil;emilia/emily emilie;emma;julio/julius/jules;julian;juliana;juliet juliette;lucas luke/luka luca;lucia lucy;" +
  "pilar;rosa/rose;ramon/raymond ray;sofia sophia/sophie;teresa theresa tessa tess terry/therese;victor viktor vic;victoria viktoria vicky;vicente/vincent vince;" +
  "josef sepp/joseph joe/giuseppe beppe/jose pepe;josephine josie/josefina;johanna/joanna joanne jo/giovanna;friedrich fritz/frederick frederic fred freddy freddie/federico;frederica/federica;" +
  "jurgen juergen;dieter;dirk dirck derek derrick;kurt curt;klaus claus;werner;wolfgang wolf;ulrich uli;ursula uschi;gunther gunter guenter;" +
  "adam;adrian;adriana/adrienne;alan allan allen;alison allison;alice/alicia;amanda mandy;amy aimee;angela angie/angelina;angelo;arthur art/arturo;aaron;sharon;barbara barb barbie;" +
  "benjamin ben benny;bernard bernie/bernardo;brandon;brian bryan;calvin;kelvin;kevin;cameron;christian chris;christina kristina cristina tina chris/christine kristin chris;christopher chris kit/cristobal;" +
  "clinton clint;winston;craig;cynthia cindy;david dave davide davy;deborah debra debbie deb;denise;dennis denis;diana/diane;dominic dominik;donald don;donna;dorothy dot dolly/dora;douglas doug;" +
  "duncan;dylan;elizabeth elisabeth liz beth betty eliza lizzie betsy/lisa/elsa;eric erik erich;erica erika;errol;ethan;nathan nathaniel nat nate;evan;eva eve;felix;fiona;gary garry;gavin;geoffrey jeffrey jeff geoff;" +
  "gerald gerry jerry;gloria;grace;graham graeme;harold hal;harvey;harley;heather;howard;hugh hugo;isaac ike;isabel isobel isabelle/isabella bella;anabel annabel annabelle;jacob jakob jake/giacomo/james jim jimmy jamie/jaime;" +
  "jane janet;jade;jude judas;judith judy;jason;jennifer jen jenny;jessica jess jessie;joan;jonathan jonathon jon;jordan;joshua josh;joyce;keith;kenneth ken kenny;kim kimberly;keisha kesha;latoya;tanya;laura laurie;lauren;lawrence laurence larry;" +
  "leon;leonie/leona;leonard len lenny;leroy;linda lynda;margaret peggy maggie meg madge marge/greta/margarita/marguerite;matthew matt/matteo/mathieu/matias;maya;melissa;megan;molly;polly;monica/monique;neil neal/niall;nicole;noel;noelle;norman;" +
  "oliver olly;olivia;oscar;patrick pat paddy;patricia pat patty tricia trish;philip phillip phil/felipe/filippo;phyllis;rachel;ralph;rebecca rebekah becky;roger;roland;ronald ron ronnie;roy;russell russ;ruth;ryan;samantha sam;samara;tamara;samuel sam sammy;" +
  "sarah sara;tara;scott;sean;sebastian;sheila;shirley;simon;simone;spencer;stanley stan;stuart stewart;susan sue suzy/suzanne/susanna;sylvia silvia;thomas tom tommy/tomas/tomasz;timothy tim timmy;toby tobias;tracy;trevor;valerie;vanessa;vera;veronica;" +
  "virginia ginny;wanda;wayne;wendy;xavier/javier;yvonne;yvette;yolanda;zachary zack;zoe;kenji;kenta;taro;jiro;ichiro;hiroshi;takashi;" +
  "rosalind;nadine;nadia;noah;owen;otis;percy;quentin;quincy;roxanne;sabrina;selena;stella;theodore ted teddy;tiffany;tyler;tyrone;vivian;walter walt;" +
  "marlene;dwayne duane dwain;clive;clyde;lloyd;floyd;desmond;carlton;clifton;marva;marvin;melvin;mervin mervyn;verna;verona;beverly beverley;" +
  "claudette;paulette;bridget bridgette;janice;janine;sherry;sheryl cheryl;shelly shelley;kerry;kelly;meryl;merle;annette;delroy;elroy;devon;kevon";

/** Abbreviations in names of firms and the words that they stand for. */
const ABBREVIATED: Readonly<Record<string, string>> = {
  admin: "administration",
  agri: "agricultural",
  agcy: "agency",
  amer: "american",
  assn: "association",
  assoc: "associated associates association",
  asst: "assistant",
  auth: "authority",
  bldg: "building buildings",
  bldrs: "builders",
  bros: "brothers",
  cntr: "center centre",
  comm: "commercial communications committee commission community",
  comms: "communications",
  conf: "conference",
  constr: "construction",
  corp: "corporation corporate",
  ctr: "center centre",
  cttee: "committee",
  dept: "department",
  dev: "development developments",
  devt: "development",
  dist: "distributors distribution distributor district",
  distrib: "distributors distribution",
  div: "division",
  econ: "economic economics",
  educ: "education educational",
  elec: "electric electrical electronics",
  eng: "engineering engineers",
  engg: "engineering",
  engrg: "engineering",
  ent: "enterprise enterprises entertainment",
  equip: "equipment",
  est: "establishment estate estates",
  exec: "executive",
  fdn: "foundation",
  fed: "federal federation",
  fin: "finance financial",
  fndn: "foundation",
  gen: "general",
  gov: "government",
  govt: "government",
  grp: "group",
  hldgs: "holdings",
  hosp: "hospital",
  hwy: "highway",
  ind: "industries industrial industry",
  inds: "industries",
  indus: "industries industrial",
  info: "information",
  ins: "insurance",
  inst: "institute institution",
  inv: "investment investments",
  intl: "international",
  intnl: "international",
  labs: "laboratories",
  lab: "laboratory",
  lib: "library",
  maint: "maintenance",
  med: "medical medicine",
  mfg: "manufacturing",
  mfr: "manufacturer manufacturers",
  mfrs: "manufacturers",
  mgmt: "management",
  mgt: "management",
  min: "ministry",
  mkt: "market",
  mktg: "marketing",
  mt: "mount",
  mtn: "mountain",
  mun: "municipal municipality",
  nat: "national",
  natl: "national",
  org: "organization organisation",
  pharm: "pharmacy pharmaceutical pharmaceuticals",
  pharma: "pharmaceutical pharmaceuticals",
  photo: "photography photographic",
  prod: "product production productions",
  prods: "products productions",
  prof: "professional",
  prop: "properties property",
  props: "properties",
  pub: "public publishing publications",
  refrig: "refrigeration",
  reg: "regional",
  res: "research",
  rest: "restaurant",
  rlty: "realty",
  sch: "school",
  sci: "science sciences scientific",
  sec: "security",
  serv: "service services",
  servs: "services",
  soc: "society",
  st: "saint street",
  sup: "supply supplies",
  svc: "service",
  svcs: "services",
  sys: "systems system",
  tech: "technology technologies technical",
  techs: "technologies",
  telecom: "telecommunications",
  tr: "trust",
  trans: "transport transportation",
  transp: "transport transportation",
  univ: "university universities",
  utd: "united",
  whse: "warehouse",
  whsle: "wholesale",
};

// Numbers of a word's groups, and of its languages within them.
const places = new Map<string, { readonly groups: number[]; readonly forms: number[] }>();
let forms = 0;
for (const [group, languages] of GIVEN.split(";").entries()) {
  for (const names of languages.split("/")) {
    forms += 1;
    for (const name of names.split(" ")) {
      const place = places.get(name) ?? { groups: [], forms: [] };
      place.groups.push(group);
      place.forms.push(forms);
      places.set(name, place);
    }
  }
}
const abbreviated = new Map(Object.entries(ABBREVIATED).map(([short, long]) => [short, new Set(long.split(" "))]));

/** What is known of two given names: one name, two names, or nothing (null) where one is unknown or in another language. */
export function givenNameWord(left: string, right: string): "same" | "different" | null {
  const [a, b] = [places.get(left), places.get(right)];
  if (a === undefined || b === undefined) return null;
  if (a.forms.some((form) => b.forms.includes(form))) return "same";
  return a.groups.some((group) => b.groups.includes(group)) ? null : "different";
}

/**
 * True where one word of a firm's name is the usual abbreviation of the other, or both abbreviate one word; of words that
 * are no known abbreviation, where one is the other without its vowels and some consonants.
 */
export function isAbbreviation(left: string, right: string): boolean {
  const [a, b] = [abbreviated.get(left), abbreviated.get(right)];
  if (a?.has(right) === true || b?.has(left) === true) return true;
  if (a !== undefined || b !== undefined)
    return a !== undefined && b !== undefined && [...a].some((word) => b.has(word));
  return left.length < right.length ? isContraction(left, right) : isContraction(right, left);
}

// "Phcy" for "pharmacy": first and last letter, and some consonants between them.
function isContraction(short: string, long: string): boolean {
  if (!/^[^aeiou\d]{3,6}$/.test(short) || long.length < short.length + 2) return false;
  if (short[0] !== long[0] || short.at(-1) !== long.at(-1)) return false;
  let met = 0;
  for (const letter of long) if (letter === short[met]) met += 1;
  return met === short.length;
}
