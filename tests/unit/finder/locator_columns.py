"""The 328 columns of the national locator's table, as an export of 2026 names them."""

COLUMNS = """
name1 name2 street1 street2 city state zip zip4 county phone website latitude longitude type_facility mh sa dt mm dm
bum db rpn bu nxn vtrl meth hh noop pain nmoa moa ubn otp psy rtcc rtca ores ph omh cmhc msmh ipt cft gt cbt dbt idd
at ect tele saca trc smon smpd smop hi res php op rs rl rd od omb odt iop ort hid hit ct gh psyh vamc tbg ihs stg
lccg dod ssa stmh stdh hla jc carf ncqa coa hfap np cash md mc si pi tricare smha swfs scjj sef osf clf csbg cmhg
vaf fsa cit wi ss pa asl sp mhsu vet admil milf cj sen adol pw wn mn hiv trma sexa dv sed smi alz ptsd tbi ya ped
act icm cm cdm peer coot dec es fpsy hs imr ipc lad nrt nsc prs stu sps supem sh tpc tcc vrs adtx bdtx cdtx mdtx
odtx tgd ico gco fco mco twfa bia cmi mi ang mxm crv relp beds ch_ad yad adlt snr fem male dui duio acc acm acu baba
ccc cmha csaa daut dp dsf dvfp eis_hiv emp haec heoh hivt isc itu mhs opc sae shg smhd ssu ssd stdt ta taec tbs bsdm
nu mu bwn bwon ub un beri pvtp pvtn fqhc sumh inpe rpe pc naut nmaut acma pmat auinpe aurpe aupc dlc mhiv mhcv lfxd
clnd copsu daof mst noe ofd rc piec mdet voc hav hbv audo chlor drope fluph halop loxap perph pimoz proch thiot
thior trifl aripi asena brexp carip cloza ilope luras olanz olanz_fluox palip queti rispe zipra crt emdr kit tms
peon peoff fg pcf fep aot msnh ipsy shp vahc mmd antpych mprep aims fed sotp dea mhc samhsa mhpa hbt hct labt tod
vapn vapp vppd oudo nx oth mws f17 f19 f25 f28 f30 f31 f35 f36 f37 f4 f42 f43 f47 f66 f67 f70 f81 f92 n24 n40
""".split()
