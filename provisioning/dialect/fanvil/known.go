package fanvil

import "offhook/provisioning/dialect"

const (
	theSystem = "the network is the system's"
	theClock  = "the clock is the system's"
	summer    = "the tz database tells summer time"
	noBook    = "this phone has no phone book of a server"
	noPages   = "this phone has no pages of its own"
	ownWay    = "the phone does that in its own way"
	noScreen  = "the screen is drawn in one way"
	noURLs    = "this phone sends no action URLs"
	noPaging  = "this phone has no multicast paging"
	byServer  = "codes for the server are not dialled by the phone"
	theFile   = "the agent's own file says how the server is found"
	theImage  = "the image is updated by its own document"
	oneRelay  = "one relay opens the door"
	noInputs  = "the door's inputs are the board's"
	noReader  = "this phone reads no cards"
	noTable   = "the door has one code, and no table of people and times"
)

// known are parameters of Fanvil's that this phone does not have.
var known = []dialect.Known{
	{Key: "version", Why: "it tells whether a Fanvil telephone takes the file; here what is in it counts"},
	{Key: "sip.line[{n}].backuptransport", Why: "an account has one transport"},
	{Key: "sip.line[{n}].backupttl", Why: "a registration lasts as long at every server"},
	{Key: "sip.line[{n}].backupmode", Why: ownWay}, {Key: "sip.line[{n}].enablefailback", Why: "the better server is always taken again when it is back"},
	{Key: "sip.line[{n}].enablefailbac", Why: "the better server is always taken again when it is back"},
	{Key: "sip.line[{n}].signalfailback", Why: ownWay}, {Key: "sip.line[{n}].signalretrycounts", Why: "a silent server is left for the next by time, not by tries"},
	{Key: "sip.line[{n}].needregon", Why: ownWay}, {Key: "sip.line[{n}].backupneedregon", Why: ownWay}, {Key: "sip.line[{n}].proxyneedregon", Why: ownWay}, {Key: "sip.line[{n}].bakproxyneedregon", Why: ownWay},
	{Key: "sip.line[{n}].srtpauthtag", Why: "the tag's length is agreed on by offer and answer"},
	{Key: "sip.line[{n}].signalcrypto", Why: "signalling is protected by TLS"}, {Key: "sip.line[{n}].sigcryptokey", Why: "signalling is protected by TLS"}, {Key: "sip.line[{n}].medcryptokey", Why: "sound is protected by SRTP"},
	{Key: "sip.line[{n}].dtmfinfomode", Why: ownWay}, {Key: "sip.line[{n}].enablerport", Why: "rport is always asked for (RFC 3581)"},
	{Key: "sip.line[{n}].subexpire", Why: "it lasts as the server says"}, {Key: "sip.line[{n}].ringtype", Why: "the phone has one ring tone"},
	{Key: "sip.line[{n}].videocodecmap", Why: "this phone has no video"}, {Key: "sip.line[{n}].tlsversion", Why: "TLS is 1.2 or newer"},
	{Key: "sip.line[{n}].ptime", Why: "audio.ptime is of every account"}, {Key: "sip.line[{n}].enabledns", Why: ownWay}, {Key: "sip.line[{n}].dnsmode", Why: "servers are found by RFC 3263"},
	{Key: "sip.line[{n}].enablesca", Why: "shared lines are not here"}, {Key: "sip.line[{n}].enablednd", Why: "do not disturb is of the whole phone here"},
	{Key: "sip.line[{n}].hotlinenum", Why: "a key of kind speed-dial does that"}, {Key: "sip.line[{n}].enablehotline", Why: "a key of kind speed-dial does that"}, {Key: "sip.line[{n}].warmlinetime", Why: "a key of kind speed-dial does that"},
	{Key: "sip.line[{n}].*svccode", Why: byServer}, {Key: "sip.line[{n}].svccodemode", Why: byServer}, {Key: "sip.line[{n}].cwoncode", Why: byServer}, {Key: "sip.line[{n}].cwoffcode", Why: byServer}, {Key: "sip.line[{n}].sendan*", Why: byServer},
	{Key: "sip.line[{n}].mohserver", Why: "audio.hold-music tells what callers on hold hear"}, {Key: "sip.line[{n}].vq*", Why: "quality is told by RTCP to the far end"},
	{Key: "sip.line[{n}].callparknum", Why: "a key of kind park does that"}, {Key: "sip.line[{n}].retrievenum", Why: "a key of kind park does that"}, {Key: "sip.line[{n}].joinnum", Why: "conferences are mixed by the phone"},
	{Key: "sip.line[{n}].sessiontimert{k}", Why: "timers are those of RFC 3261"}, {Key: "sip.line[{n}].noanswertime", Why: "phone.auto-answer has no delay"},
	{Key: "sip.line[{n}].missedcalllog", Why: "calls are always in the list"}, {Key: "sip.line[{n}].useragent", Why: "the phone says who it is"},
	{Key: "sip.line[{n}].blfserver", Why: "the account's server is asked"}, {Key: "sip.line[{n}].strictproxy", Why: ownWay}, {Key: "sip.line[{n}].longcontact", Why: ownWay}, {Key: "sip.line[{n}].respond182", Why: ownWay},
	{Key: "sip.line[{n}].servertype", Why: "the server's ways are found out, not told"}, {Key: "sip.line[{n}].keepauth", Why: ownWay}, {Key: "sip.line[{n}].nattype", Why: ownWay}, {Key: "sip.line[{n}].singlecodec", Why: ownWay},
	{Key: "sip.line[{n}].directcontact", Why: ownWay}, {Key: "sip.line[{n}].historyinfo", Why: ownWay}, {Key: "sip.line[{n}].rfcver", Why: ownWay}, {Key: "sip.line[{n}].signalport", Why: ownWay}, {Key: "sip.line[{n}].autotcp", Why: "a large request goes by TCP anyway (RFC 3261 §18.1.1)"},
	{Key: "sip.line[{n}].usevpn", Why: theSystem}, {Key: "sip.line[{n}].uriescaped", Why: ownWay}, {Key: "sip.line[{n}].userisphone", Why: ownWay}, {Key: "sip.line[{n}].calleridtype", Why: "the caller is who the server vouches for"},
	{Key: "sip.line[{n}].inactivehold", Why: ownWay}, {Key: "sip.line[{n}].reqwithport", Why: ownWay}, {Key: "sip.line[{n}].updateregexp*", Why: ownWay}, {Key: "sip.line[{n}].enablechgport", Why: ownWay},
	{Key: "sip.line[{n}].unregisteronboot", Why: ownWay}, {Key: "sip.line[{n}].enablemacheader", Why: ownWay}, {Key: "sip.line[{n}].enableregistermac", Why: ownWay}, {Key: "sip.line[{n}].presencemode", Why: "presence is not shown"},
	{Key: "sip.stunport", Why: "give the port with the server: host:port"}, {Key: "sip.stun*", Why: ownWay}, {Key: "sip.sipwaitstuntime", Why: ownWay}, {Key: "sip.sipport", Why: ownWay}, {Key: "sip.regfailinterval", Why: "it registers again at its own pace, ever later (RFC 5626 §4.5)"},
	{Key: "sip.strict*", Why: "strict in the agent's file: nobody but the servers is heard"}, {Key: "sip.enablerfc4475", Why: "messages are read as RFC 4475 wants"}, {Key: "sip.dhcpoption120", Why: theFile}, {Key: "sip.externnataddrs", Why: ownWay}, {Key: "sip.sippswdencryption", Why: "passwords are as they are in the file"},
	{Key: "phone.date.sntp*", Why: theClock}, {Key: "phone.date.secondsntp*", Why: theClock}, {Key: "phone.date.enablesntp", Why: theClock}, {Key: "phone.date.enabledhcptime", Why: theClock}, {Key: "phone.date.*dst*", Why: summer}, {Key: "phone.date.location", Why: "the zone's name counts"},
	{Key: "global.sntp*", Why: theClock}, {Key: "global.secondsntpserver", Why: theClock}, {Key: "global.enablesntp", Why: theClock}, {Key: "global.*dst*", Why: summer}, {Key: "global.location", Why: "the zone's name counts"},
	{Key: "global.language", Why: "a number; give DefaultLanguage in the newer form"},
	{Key: "global.*url", Why: noURLs}, {Key: "global.*uri", Why: noURLs}, {Key: "global.*uriip", Why: "the phone takes no commands by URL"}, {Key: "global.pushxmlip", Why: "the phone takes no commands by URL"},
	{Key: "global.wan*", Why: theSystem}, {Key: "global.*dns", Why: theSystem}, {Key: "global.*dhcp*", Why: theSystem}, {Key: "global.*vendorclassid", Why: theSystem}, {Key: "global.domainname", Why: theSystem}, {Key: "global.hostname", Why: theSystem}, {Key: "global.*pppoe*", Why: theSystem}, {Key: "global.mtulength", Why: theSystem}, {Key: "global.arpcachelife", Why: theSystem},
	{Key: "global.*reboot*", Why: "the watchdog and the server's check-sync restart the phone"}, {Key: "global.*failwaittime", Why: "the watchdog and the server's check-sync restart the phone"}, {Key: "global.enablecallhistory", Why: "calls are always in the list"}, {Key: "global.*delaystart*", Why: ownWay}, {Key: "global.ateid", Why: ownWay},
	{Key: "lan.*", Why: theSystem}, {Key: "net.*", Why: theSystem}, {Key: "pppoe.*", Why: theSystem}, {Key: "vpn.*", Why: theSystem}, {Key: "dot1x.*", Why: theSystem}, {Key: "qos.*", Why: theSystem}, {Key: "wifi.*", Why: theSystem},
	{Key: "tele.*", Why: ownWay}, {Key: "call.*", Why: ownWay},
	{Key: "dsp.signalstandard", Why: "a number; phone.country tells the tones"}, {Key: "voice.signalstandard", Why: "a number; phone.country tells the tones"},
	{Key: "dsp.*payload*", Why: "payload types are agreed on by offer and answer"}, {Key: "dsp.alertinforing*", Why: "the ring tone does not follow Alert-Info"}, {Key: "dsp.*agc", Why: "the microphone's level is kept by the phone"}, {Key: "dsp.*", Why: "levels of the hardware are the board's"}, {Key: "voice.*", Why: "levels of the hardware are the board's"},
	{Key: "phone.keylock*", Why: "this phone has no lock"}, {Key: "phone.enablekeylock", Why: "this phone has no lock"}, {Key: "phone.fastkeylockcode", Why: "this phone has no lock"},
	{Key: "phone.softkey.*", Why: "what soft keys do follows the call"}, {Key: "phone.ldap*", Why: noBook}, {Key: "phone.xmlcontact*", Why: noBook}, {Key: "phone.bwdir*", Why: noBook}, {Key: "phone.bwcalllog*", Why: noBook}, {Key: "phone.agent.*", Why: "call agents are not here"},
	{Key: "phone.display.*", Why: noScreen}, {Key: "phone.timedisplay.*", Why: noScreen}, {Key: "phone.*", Why: ownWay},
	{Key: "dsskey.*", Why: "this phone has the line keys 1 to 8"}, {Key: "mcast.*", Why: noPaging}, {Key: "cti.*", Why: noURLs}, {Key: "vqm.*", Why: "quality is told by RTCP to the far end"},
	{Key: "mm.*payload*", Why: "payload types are agreed on by offer and answer"}, {Key: "mm.*tone", Why: "call-progress tones are the country's"}, {Key: "mm.capability.*", Why: "codecs are those of each account"}, {Key: "mm.*", Why: ownWay},
	{Key: "siphotspotmodule.*", Why: "other telephones do not register with this one"}, {Key: "siphotspotmodule*", Why: "other telephones do not register with this one"}, {Key: "screenkey.*", Why: "what soft keys do follows the call"}, {Key: "timeplan.*", Why: ownWay}, {Key: "uiconfig", Why: noScreen}, {Key: "sip.pnp*", Why: "calls without an account are not taken"},
	{Key: "hotspot.*", Why: "other telephones do not register with this one"}, {Key: "background.*", Why: noScreen}, {Key: "android.*", Why: noScreen}, {Key: "uiconfig.*", Why: noScreen}, {Key: "uimaintainconfig.*", Why: noScreen},
	{Key: "record.*", Why: "recordings stay on the phone, where the document allows them: recording.enabled"}, {Key: "io.*", Why: noInputs}, {Key: "rtsp.*", Why: "this phone has no camera"}, {Key: "pubapp.*", Why: ownWay}, {Key: "mt.*", Why: ownWay},
	{Key: "sip.pnp.*", Why: "calls without an account are not taken"}, {Key: "sip.enablegroupbackup", Why: ownWay}, {Key: "sip.cstaenable", Why: "the phone is not remotely controlled by CSTA"}, {Key: "sip.videomuteattr", Why: "this phone has no video"}, {Key: "sip.sms*", Why: ownWay}, {Key: "sip.sipinvitestrict", Why: ownWay}, {Key: "global.allpswdencryption", Why: "passwords are as they are in the file"},
	{Key: "sip.line[{n}].intercomnum", Why: "a key of kind intercom does that"}, {Key: "sip.line[{n}].xferexpire", Why: ownWay}, {Key: "sip.line[{n}].dialoffline", Why: ownWay}, {Key: "sip.line[{n}].quotaname", Why: ownWay}, {Key: "sip.line[{n}].phoneport", Why: ownWay},
	{Key: "sip.line[{n}].usesrvmixer", Why: "conferences are mixed by the phone"}, {Key: "sip.line[{n}].srvmixeruri", Why: "conferences are mixed by the phone"}, {Key: "sip.line[{n}].clicktotalk", Why: ownWay}, {Key: "sip.line[{n}].msrphelpnum", Why: ownWay}, {Key: "sip.line[{n}].synclocktime", Why: theClock},
	{Key: "sip.line[{n}].subcallpark", Why: ownWay}, {Key: "sip.line[{n}].subccstatus", Why: ownWay}, {Key: "sip.line[{n}].hotelingevent", Why: ownWay}, {Key: "sip.line[{n}].*xferback*", Why: ownWay}, {Key: "sip.line[{n}].usetelcall", Why: ownWay}, {Key: "sip.line[{n}].*preview*", Why: "this phone has no video"},
	{Key: "sip.line[{n}].cstanumber", Why: "the phone is not remotely controlled by CSTA"}, {Key: "sip.line[{n}].flashmode", Why: ownWay}, {Key: "sip.line[{n}].content*", Why: ownWay}, {Key: "sip.line[{n}].record*", Why: "recordings stay on the phone"}, {Key: "sip.line[{n}].enablerfc{k}", Why: ownWay},
	{Key: "sip.line[{n}].mwino", Why: "MWINum tells it"}, {Key: "sip.line[{n}].park*", Why: "a key of kind park does that"}, {Key: "sip.line[{n}].helpno", Why: ownWay}, {Key: "sip.line[{n}].blfdialogmatch", Why: ownWay}, {Key: "sip.line[{n}].enabledeal{k}", Why: ownWay}, {Key: "sip.line[{n}].keep*", Why: ownWay},
	{Key: "sip.line[{n}].unavailablemode", Why: ownWay}, {Key: "sip.line[{n}].tcpuseretrytimer", Why: ownWay}, {Key: "sip.line[{n}].enableosrtp", Why: ownWay},
	{Key: "dm.*", Why: ownWay}, {Key: "atetest.*", Why: ownWay}, {Key: "web.*", Why: noPages}, {Key: "mmi.*", Why: noPages}, {Key: "log.*", Why: "the log goes to the system's"}, {Key: "aaa.*", Why: "the log goes to the system's"}, {Key: "debug.*", Why: "the log goes to the system's"}, {Key: "access.*", Why: "barring is the server's"},
	{Key: "fwcheck.*", Why: theImage}, {Key: "autoupdate.autoimageurl", Why: theImage}, {Key: "autoupdate.pnp*", Why: theFile}, {Key: "autoupdate.dhcpoption", Why: theFile}, {Key: "autoupdate.fdpsenable", Why: theFile}, {Key: "autoupdate.*", Why: theFile},
	{Key: "ap.pnp.*", Why: theFile}, {Key: "ap.opt.*", Why: theFile}, {Key: "ap.*", Why: theFile},
	{Key: "tr069.*", Why: "TR-069 is not here"}, {Key: "fdms.*", Why: "the building's management is not here"}, {Key: "ipc.*", Why: "this phone has no camera"}, {Key: "usb.*", Why: ownWay}, {Key: "bluetooth.*", Why: "this phone has no Bluetooth"},
	{Key: "dialpeer*", Why: "the number is sent as it is dialled"}, {Key: "dialrule*", Why: "the number is sent as it is dialled"},
	{Key: "egs.out2*", Why: oneRelay}, {Key: "egs.*output2", Why: oneRelay}, {Key: "egs.secopeningduration", Why: oneRelay}, {Key: "egs.secswitchmode", Why: oneRelay}, {Key: "egs.secdoor*", Why: oneRelay},
	{Key: "egs.*input{k}", Why: noInputs}, {Key: "egs.in{k}*", Why: noInputs}, {Key: "egs.out1trigbyin*", Why: noInputs}, {Key: "egs.out1outputlevel", Why: "whether the relay opens or closes is the board's"}, {Key: "egs.enableoutput1", Why: "door.relay names the relay"}, {Key: "egs.switchmode", Why: "the relay is held for a time: door.hold"},
	{Key: "egs.*tamper*", Why: "the board tells of tampering"}, {Key: "egs.*card*", Why: noReader}, {Key: "egs.wiegandreverse", Why: noReader}, {Key: "egs.accesstableenable", Why: noTable}, {Key: "egs.profile*", Why: noTable}, {Key: "egs.enabledualauth", Why: noTable}, {Key: "egs.fixedcodelength", Why: "the code tells its length"},
	{Key: "egs.sipfail*", Why: "the door stays shut when there is no registration"}, {Key: "egs.netfail*", Why: "the door stays shut when there is no network"}, {Key: "egs.*remote*", Why: "the door is opened by digits and by the phone itself"}, {Key: "egs.*state*", Why: "the relay does not follow the call's state"},
	{Key: "egs.talkingduration", Why: "a call lasts as long as it lasts"}, {Key: "egs.*log*", Why: "the log goes to the system's"}, {Key: "egs.dayst*", Why: "the bell's number does not follow the hour"}, {Key: "egs.dayendtime", Why: "the bell's number does not follow the hour"}, {Key: "egs.*", Why: "the door station does that in its own way"},
}
