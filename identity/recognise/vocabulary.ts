import { words } from "../text.ts";

/**
 * What people write over columns, by meaning: English, and the commonest Spanish, German, French, Portuguese, Dutch and Italian. Plain words, singular; `#` stands for
 * "number". The order inside a list does not matter; the longest phrase that fits wins.
 */
const PHRASES: Readonly<Record<string, string>> = {
  id: "id,code,key,ref,reference,record id,row id,guid,uuid,external id,#,no,number,serial,codigo",
  customerId:
    "customer id,customer no,customer code,customer number,cust id,cust no,cust code,cust #,customer #,client id,client code,client no,client number,account no,account number,account id,account code,account #,acct no,acct,acct #,member id,member no,membership no,membership number,donor id,donor no,patient id,student id,contact id,customer ref,customer account,account,codigo cliente,no cliente,id cliente,crm id,company id,kundennummer,kunden nr,numero client,codigo do cliente,klantnummer",
  name: "name,full name,customer name,client name,customer,client,cust name,contact name,display name,donor,donor name,member,member name,patient,patient name,student,student name,guest,guest name,buyer,buyer name,account name,bill to,sold to,bill to name,ship to name,billed to,payer,payee,paid by,received from,from,customer full name,name of customer,recipient,company contact,lead name,business or name,nombre,nombre completo,cliente,nombre cliente,nombre del cliente,who,party,party name,debtor,prospect,supporter,donor full name,purchaser,nom,nom complet,nome,nome completo,nom du client,nome do cliente,kunde,kundenname,naam,volledige naam,nominativo,姓名,名称",
  contactPerson:
    "contact person,contact,primary contact,main contact,attention,attn,representative,rep name,person,contacto,key contact,owner name,proprietor,contact full name,ansprechpartner,contactpersoon,referente",
  givenName:
    "first name,firstname,given name,given,forename,fname,f name,christian name,first,primer nombre,nombres,customer first name,vorname,prenom,primeiro nome,voornaam,forenames,first names",
  middleName: "middle name,middle,middle initial,mi,m name,segundo nombre,middlename",
  familyName:
    "last name,lastname,surname,family name,family,lname,l name,last,apellido,apellidos,customer last name,nachname,familienname,nom de famille,sobrenome,achternaam,cognome,surnames,primer apellido,apellido paterno",
  orgName:
    "company,company name,business,business name,organisation,organization,organisation name,organization name,firm,firm name,org,org name,employer,trading name,trade name,store,store name,shop name,shop,establishment,empresa,compania,razon social,institution,school,church,agency,legal name,registered name,firma,unternehmen,betrieb,firmenname,raison sociale,societe,entreprise,razao social,bedrijf,bedrijfsnaam,ragione sociale,azienda,denominazione,公司,公司名称",
  emails:
    "email,e mail,email address,e mail address,mail,email 1,email 2,primary email,secondary email,work email,personal email,customer email,client email,contact email,donor email,correo,correo electronico,emails,e mails,courriel,adresse mail,adresse e mail,email adresse,e mailadres,correo e,邮箱,电子邮件",
  phones:
    "phone,telephone,tel,tel no,tel #,phone no,phone number,phone #,telephone no,telephone number,mobile,mobile no,mobile number,mobile phone,cell,cell no,cell #,cell phone,cellphone,cellular,contact no,contact number,contact #,contact phone,whatsapp,whatsapp no,whatsapp number,landline,home phone,work phone,office phone,home tel,work tel,home,work,office,phone 1,phone 2,tel 1,tel 2,other phone,alt phone,alternate phone,alternative phone,fax,main phone,customer phone,phones,telefono,celular,movil,digicel,flow,lime,telefon,telefonnummer,handy,mobil,rufnummer,telephone portable,portable,no de telephone,telefone,telemovel,telefoon,telefoonnummer,mobiel,gsm,cellulare,numero de telefono,电话,手机,手机号",
  address:
    "address,full address,mailing address,postal address,home address,billing address,shipping address,bill address,street address,business address,delivery address,location address,address line 2,address 2,addr 2,direccion,domicilio,residence,address line 3,addr,adresse,anschrift,endereco,morada,adres,indirizzo,direccion completa,地址",
  street:
    "street,street name,address line 1,address 1,addr 1,line 1,street 1,road,calle,billing street,mailing street,strasse,str,rue,straat,rua,logradouro,street address 1,strasse nr,strasse hausnummer,strasse und hausnummer",
  unit: "unit,apt,apartment,suite,apt no,unit no,lot,lot no,shop no,floor",
  locality:
    "city,town,locality,district,area,village,community,suburb,city town,town city,billing city,mailing city,ciudad,municipio,place,post town,postal town,location,neighbourhood,neighborhood,ort,stadt,wohnort,gemeinde,ville,commune,cidade,localidade,poblacion,localidad,plaats,woonplaats,stad,gemeente,citta,comune,城市",
  region:
    "parish,state,region,province,county,state province,state parish,parish state,billing state,provincia,estado,departamento,territory,bundesland,kanton,canton,provincie,distrito",
  postcode:
    "postcode,post code,zip,zip code,postal code,zipcode,postal,postal district,codigo postal,cp,billing zip,plz,postleitzahl,code postal,codepostal,cep,postnummer,pin code,pincode,eircode",
  country: "country,nation,pais,country code,billing country,land,pays,paese",
  website:
    "website,web site,url,web,site,homepage,web address,web page,sitio web,pagina web,domain,webseite,site web,pagina internet,sito web",
  handle:
    "instagram,ig,instagram handle,ig handle,facebook,fb,facebook page,twitter,tiktok,handle,social,social media,username,social handle,linkedin",
  taxId:
    "trn,tax id,tax no,tax number,tax registration number,tin,vat,vat no,vat number,gct no,gct number,gct reg no,ein,ssn,rnc,nit,rfc,tax reg no,nis,nis no,ust id,steuernummer,cnpj,cpf,cif,siret,siren,partita iva,gstin,abn",
  birthDate:
    "birth date,date of birth,dob,birthday,birthdate,d o b,born,fecha de nacimiento,birth day,geburtsdatum,geboren am,geb datum,date de naissance,data de nascimento,geboortedatum,data di nascita,fecha nacimiento,f nacimiento",
  title: "title,salutation,prefix,titulo,honorific",
  occupation:
    "occupation,job title,position,role,profession,job,designation,ocupacion,cargo,beruf,profissao,beroep,professione",
  category:
    "category,type,customer type,client type,segment,industry,class,group,customer group,sector,classification,line of business,business type,product category,department,categoria,tipo,tier,level,status type,tags,tag,list,item category,donor type,fund,appeal",
  notes:
    "notes,note,comments,comment,remarks,remark,memo,observations,notas,comentarios,observaciones,additional info,other info,details,special instructions,feedback,bemerkung,bemerkungen,notiz,notizen,remarques,observacoes,opmerkingen,note interne",
  doNotContact:
    "do not contact,dnc,opt out,opted out,unsubscribed,unsubscribe,do not call,do not email,no contact,blocked,suppressed,email opt out,no marketing,do not mail,gdpr opt out",
  optIn:
    "opt in,opted in,subscribed,newsletter,mailing list,marketing consent,consent,accepts marketing,email opt in,permission",
  since:
    "since,customer since,date added,created,created at,created date,date created,joined,join date,date joined,member since,first seen,registered,registration date,date registered,signup date,sign up date,start date,onboarded,first contact,fecha alta,added,added on,create time,entry date,opened,date opened,client since,donor since",
  active: "active,is active,status,account status,estado cuenta,enabled,current,activo",
  inactive: "inactive,is inactive,archived,deleted,disabled,closed",
  number:
    "invoice no,invoice number,invoice #,invoice,inv no,inv #,inv,invoice id,receipt no,receipt number,receipt #,receipt,order no,order number,order #,order id,order,transaction id,transaction no,transaction number,trans no,trans id,transaction #,bill no,bill number,doc no,document no,document number,doc number,num,sale id,sale no,sales no,payment id,payment no,payment ref,voucher no,voucher,ticket,ticket no,factura,no factura,numero factura,numero de factura,check no,cheque no,gift id,gift no,donation id,credit memo no,credit note no,reference no,reference number,ref no,txn id,txn no,pos ref,po number,slip no",
  date: "date,invoice date,inv date,transaction date,trans date,txn date,sale date,sales date,date of sale,order date,payment date,date paid,paid date,paid on,receipt date,bill date,posting date,doc date,document date,purchase date,date purchased,date of purchase,date of visit,visit date,call date,date of call,contact date,date contacted,activity date,interaction date,meeting date,sent date,date sent,sent,date time,datetime,timestamp,when,day,fecha,fecha de venta,fecha factura,gift date,donation date,date received,received,deposit date,service date,dated,sold on,event date,logged at,time",
  dueDate: "due date,due,date due,payment due,payment due date,vencimiento,fecha de vencimiento",
  amount:
    "amount,total,amt,sale amount,sales amount,invoice amount,inv amount,invoice total,order total,grand total,net total,total amount,total price,total sales,sales,sale,net amount,net sales,gross,gross amount,gross sales,value,sale value,amount paid,paid,payment,payment amount,paid amount,amount received,price,line total,total due,revenue,charge,charges,cost,total cost,subtotal,ext price,extended price,debit,credit,importe,monto,total venta,valor,gift amount,donation,donation amount,contribution,pledge,amount jmd,amount usd,total jmd,total usd,jmd,usd,fee,turnover,spend amount,credit amount,refund,refund amount,money,cash,amount in jmd,sum",
  balance:
    "balance,balance due,open balance,outstanding,outstanding balance,amount due,amount outstanding,owing,amount owing,owed,remaining,saldo,unpaid,current balance,account balance",
  currency: "currency,curr,currency code,ccy,moneda,cur",
  exchangeRate: "exchange rate,rate,fx rate,fx,tipo de cambio",
  quantity: "quantity,qty,units,unit sold,units sold,pieces,pcs,cantidad,count,no of items,cases,items sold",
  unitPrice:
    "unit price,unit cost,price each,rate each,list price,selling price,retail price,precio,precio unitario,each,sales price,price per unit,price list,unit rate",
  sku: "sku,item code,product code,barcode,upc,part no,part number,item no,item number,stock code,product id,item id",
  itemName:
    "item,product,product name,item name,service,product service,product or service,products,items,articulo,producto,goods,item description,product description",
  paymentMethod:
    "payment method,method,payment type,pay method,payment mode,mode of payment,paid via,pay type,tender,tender type,forma de pago,metodo de pago,payment means",
  description: "description,desc,narrative,particulars,descripcion,concepto,line description,what",
  transactionKind: "transaction type,trans type,txn type,document type,doc type,entry type,sale type,invoice type",
  customerEmail: "customer email,client email,bill to email,donor email,payer email",
  customerPhone: "customer phone,client phone,bill to phone,donor phone,payer phone",
  interactionKind:
    "interaction,interaction type,activity,activity type,contact type,type of contact,event,event type,interaction kind,action,visit type,call type,touchpoint,type of interaction,follow up type,kind",
  channel: "channel,medium,via,contact method,contact channel,source,lead source,canal,platform",
  direction: "direction,inbound outbound,in out,in or out,incoming outgoing",
  subject:
    "subject,topic,re,regarding,purpose,reason,purpose of visit,reason for visit,reason for call,asunto,headline",
  outcome: "outcome,result,disposition,resolution,response,call result,visit outcome,resultado,next step,follow up",
  agent:
    "agent,sales rep,salesperson,sales person,rep,staff,staff member,employee,handled by,assigned to,visited by,called by,account manager,officer,user,cashier,server,vendedor,agente,seller,owner,consultant,logged by,served by,by",
  campaignName:
    "campaign,campaign name,ad name,ad set name,ad set,ad group,campaign title,campana,email campaign,blast",
  budget: "budget,daily budget,campaign budget,planned spend,presupuesto",
  spend: "spend,amount spent,ad spend,cost jmd,spent,total spend,amount spent jmd,amount spent usd,campaign cost",
  impressions: "impressions,reach,views,delivered,emails sent,recipients,impresiones,opens,total recipients",
  clicks: "clicks,link clicks,click,unique clicks,clics,ctr clicks",
  conversions: "conversions,leads generated,purchases,results,orders generated,sign ups,conversiones",
  startDate: "start,start date,campaign start,launch date,reporting starts,starts,begin date,from date",
  endDate: "end,end date,campaign end,reporting ends,ends,finish date,to date",
  followers: "followers,follower count,fans,likes count,seguidores,page likes",
  following: "following,following count,follows",
  posts: "posts,post count,media count,publicaciones",
  biography: "bio,biography,about,profile text",
  parentId: "parent,parent id,parent customer,sub customer of,head office,parent account",
  latitude: "latitude,lat",
  longitude: "longitude,lng,lon,long",
};

/** A meaning that a column may have. */
export type Concept = string;

interface Phrase {
  readonly concept: Concept;
  readonly text: string;
  readonly size: number;
}

const ALL: readonly Phrase[] = Object.entries(PHRASES).flatMap(([concept, list]) =>
  list.split(",").map((text) => ({ concept, text: headerForm(text), size: headerForm(text).split(" ").length })),
);

/** A header for comparing: words in lower-case ASCII, camel case and underscores split, "no."/"#"/"nbr" one word. */
export function headerForm(header: string): string {
  const spaced = header
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .replace(/#/g, " # ")
    .replace(/[_\-/.,;:()[\]*?!&+]+/g, " ");
  const list = spaced.includes("#")
    ? spaced.split("#").flatMap((part, at) => (at === 0 ? words(part) : ["#", ...words(part)]))
    : words(spaced);
  return list
    .map((word) =>
      word === "#" || word === "num" || word === "nbr" || word === "nr" || word === "number" ? "no" : word,
    )
    .join(" ");
}

/** Meanings that a header suggests with a strength of 0 to 1; several where words leave it open. */
export function headerConcepts(header: string): ReadonlyMap<Concept, number> {
  const form = headerForm(header);
  const found = new Map<Concept, number>();
  if (form === "") return found;
  const size = form.split(" ").length;
  const padded = ` ${form} `;
  const singular = ` ${form.replace(/(\w{3,})s\b/g, "$1")} `;
  for (const phrase of ALL) {
    let strength = 0;
    if (phrase.text === form) strength = 1;
    else if (singular.trim() === phrase.text) strength = 0.95;
    // "no" and "#" alone inside a longer header say nothing.
    else if (phrase.text.length > 2 && (padded.includes(` ${phrase.text} `) || singular.includes(` ${phrase.text} `))) {
      strength = 0.35 + 0.45 * (phrase.size / size) + (padded.endsWith(` ${phrase.text} `) ? 0.1 : 0);
    }
    if (strength > (found.get(phrase.concept) ?? 0)) found.set(phrase.concept, strength);
  }
  return found;
}
