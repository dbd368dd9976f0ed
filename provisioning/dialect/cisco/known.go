package cisco

import (
	"strings"

	"offhook/provisioning/dialect"
)

// reasons are why this phone does not have what is listed after them.
var reasons = []struct{ why, keys string }{
	{"it is the telephone's own port, which the system chooses here; a server's stands behind its name: host:port", "SIP_Port_{n}_ EXT_SIP_Port_{n}_ SIP_TCP_Port_Min SIP_TCP_Port_Max"},
	{"the board's own time service sets the clock", "Primary_NTP_Server Secondary_NTP_Server NTP_Enable Set_Local_Date* Set_Local_Time* Time_Offset*"},
	{"summer time comes with the zone's name", "Daylight_Saving_Time_Rule Daylight_Saving_Time_Enable"},
	{"dates are shown in one way", "Date_Format"},
	{"the passwords of the pages are set in the agent's own file", "Admin_Passwd Admin_Password User_Password Enable_Web_* Web_Server_Port Restricted_Access_Domains Enable_Protocol Enable_Direct_Action_Url Session_Max_Timeout Session_Idle_Timeout Phone-UI-*"},
	{"the key of encrypted files is set in the agent's own file, not by one of them", "Profile_Rule*--key"},
	{"this phone fetches one document and sends nothing with the request", "Profile_Rule*--post Profile_Rule*--put Profile_Rule*--alias Profile_Rule*--header Profile_Rule*--*"},
	{"one file is fetched: let it hold what this rule's has", "Profile_Rule_B Profile_Rule_C Profile_Rule_D"},
	{"how a server is found is set in the agent's own file", "DHCP_Option_To_Use* Provision_Enable Resync_On_Reset Resync_Fails_On_FNF Profile_Authentication_Type"},
	{"a fetch that fails is repeated after growing pauses", "Resync_Error_Retry_Delay Forced_Resync_Delay Resync_At* Resync_After_Upgrade_Attempt Resync_Trigger_* User_Configurable_Resync"},
	{"the log has its own words", "Log_* Report_Rule HTTP_Report_Method Report_to_Server PRT_* Upload_* Syslog_Identifier Debug_Server"},
	{"the log goes to the board's own logging service", "Syslog_Server"},
	{"the firmware comes with the board's own updates", "Upgrade_* Downgrade_Rev_Limit License_Keys Custom_CA_Rule Peer_Firmware_*"},
	{"it serves the rules of this file and has no effect of its own", "GPP_*"},
	{"VLANs and addresses are set in the board's own network configuration", "Enable_VLAN VLAN_ID Enable_CDP Enable_LLDP* PC_Port_* PC_PORT_* Enable_PC_Port_* Connection_Type Static_IP NetMask Gateway Primary_DNS Secondary_DNS DNS_* Enable_802.1X* Host_Name Domain Switch_Port_Config Network_Startup_Delay SIP_CoS_Value_{n}_ RTP_CoS_Value_{n}_ EXT_IP"},
	{"call-progress tones follow phone.country", "*_Tone *_Tone_{n}_ System_Beep Cadence_{n} Regional_*"},
	{"ring tones are of the phone; name one in phone.ring-tone", "Default_Ring_{n}_ Default_Ring__{n}__ Ring{n} *_Ring Ring_* Silent_Ring_Duration"},
	{"there are no ring tones for single callers", "Caller_ID_Map_{n}_"},
	{"it is of the whole phone here, and that of extension 1 counts", "Dial_Plan_{n}_ RTP_TOS_DiffServ_Value_{n}_ SIP_TOS_DiffServ_Value_{n}_"},
	{"feature codes are the server's: they are sent as they are dialled", "*_Code *_Codes Service_Annc_Base_Number Reorder_Delay Call_Back_Expires Call_Back_Retry_Intvl Call_Back_Delay"},
	{"a number goes on for one time: Interdigit_Long_Timer", "Interdigit_Short_Timer"},
	{"the buffer adapts itself between audio.jitter.min and max", "Network_Jitter_Level_{n}_ Jitter_Buffer_Adjustment_{n}_"},
	{"payload types are taken as the far end offers them", "*_Dynamic_Payload *_Codec_Name"},
	{"this phone does not have that codec", "G729a_Enable_{n}_ G729b_Enable_{n}_ G723_Enable_{n}_ G726*_Enable_{n}_ iLBC_Enable_{n}_ iSAC_Enable_{n}_ G722.2_Enable_{n}_ Set_G729_annexb_{n}_ Set_iLBC_mode_{n}_"},
	{"one codec is agreed on as offer and answer say", "Codec_Negotiation_{n}_ Release_Unused_Codec_{n}_ DTMF_Process_*_{n}_ DTMF_Tx_Mode_{n}_ DTMF_Tx_Volume_{n}_ FAX_* Force_LAN_Codec"},
	{"AES-CM with 128 and 256 bits is offered", "Encryption_Method_{n}_ SRTP_Private_Key_{n}_ Mini_Certificate_{n}_"},
	{"a server is left, and taken again, as accounts[].silence and accounts[].failback say", "Proxy_Redundancy_Method_{n}_ Dual_Registration_{n}_ Auto_Register_When_Failover_{n}_ Try_Backup_RSC Retry_Reg_RSC"},
	{"servers are found by RFC 3263: by SRV without a port, by their address with one", "Use_DNS_SRV_{n}_ DNS_SRV_Auto_Prefix_{n}_ TLS_Name_Validate_{n}_ Use_OB_Proxy_In_Dialog_{n}_"},
	{"registrations and subscriptions are repeated as RFC 5626 says, with growing pauses", "Reg_* Sub_* Subscribe_* Subscription_Expires_{n}_ SIP_T* INVITE_Expires ReINVITE_Expires Hoteling_Subscription_Expires_{n}_"},
	{"the state of messages is asked of the account's own server", "Mailbox_ID_{n}_ Voice_Mail_Server_{n}_ Message_Waiting_{n}_ Restrict_MWI_{n}_ Voice_Mail_Subscribe_Interval_{n}_ Voice_Mail_Enable_{n}_"},
	{"a call is made and taken with a registration", "Make_Call_Without_Reg_{n}_ Ans_Call_Without_Reg_{n}_"},
	{"the way through NAT is found by rport (RFC 3581) and kept open", "NAT_Mapping_Enable_{n}_ NAT_Keep_Alive_Msg_{n}_ NAT_Keep_Alive_Dest_{n}_ Handle_VIA_* Insert_VIA_* Substitute_VIA_Addr Send_Resp_To_Src_Port STUN_Test_Enable EXT_RTP_Port_Min Redirect_Keep_Alive"},
	{"this phone has no lines in common", "Share_Ext_{n}_ Shared_* Share_Call_Appearance_{n}_ SCA_* Line_ID_Mapping Subscription_*"},
	{"there are no keys beside the phone's own", "Unit_* Number_of_Units Server_Type Test_Mode_Enable BLF_Label_Display_Mode BXfer_* Call_Pickup_Audio_Notification Attendant_Console_*"},
	{"the line keys have no functions of their own", "PSK_{n} Programmable_Softkey_Enable *_Key_List Idle_LED *_LED Speed_Dial_{n} Speed_Dial_{n}_Name Speed_Dial_{n}_Number Extension_Function* Call_Appearances_Per_Line"},
	{"this phone does not listen to multicast paging", "Group_Paging_Script Auth_Page_* Auto_Ans_Page_On_Active_Call_{n}_"},
	{"this phone has no directory of a server", "LDAP_* XML_* Directory_* CISCO_XML_* XSI_* Dictionary_Server_Script *_Directory* Browse_Mode*"},
	{"there are no reports of quality", "Stats_In_BYE RTCP_* Voice_Quality_Report_*"},
	{"certificates are always verified, with TLS 1.2 and later", "TLS_* Enable_SSLv3 TLS_Version"},
	{"this phone does it in one way", "Max_* SIP_* RFC_2543_Call_Hold Random_REG_CID_* Mark_All_AVT_Packets CTI_Enable Caller_ID_Header Hold_Target_Before_REFER Remove_Last_Reg Use_Compact_Header Escape_Display_Name DTMF_Relay_MIME_Type Hook_Flash_MIME_Type SPCP_* Signaling_Protocol Talk_Package Hold_Package Conference_Package Notify_Conference Dialog_SDP_Enable Keep_Referee_* Display_Diversion_Info Display_Anonymous_From_Header Disable_Local_Name_To_Header No_UDP_Checksum Symmetric_RTP Sticky_183_{n}_ Auth_INVITE_{n}_ Ntfy_Refer_On_1xx-To-Inv_{n}_ Refer* Use_Anonymous_With_RPID_{n}_ Blind_Attn-Xfer_Enable_{n}_ MOH_Server_{n}_ Conference_Bridge_URL_{n}_ CFWD_Notif* User_Equal_Phone_{n}_ Reversed_Auth_Realm_{n}_ SIP_URI_{n}_ Broadsoft_ACD_{n}_ Enable_Broadsoft_* Call_Park_Monitor_Enable_{n}_ Presence_* DNS_SRV_*"},
	{"this board does not have it", "Text_Logo Select_Logo Select_Background_Picture Screen_Saver_* Logo_Type Picture_Download_URL BMP_* LCD_Contrast Display_Brightness Bluetooth_* Ehook_Enable Asset_ID Handset_* Headset_* Speakerphone_* Acoustic_* Video_* Camera_* Wi-Fi_* *wep* ssid* securityMode* cipherType* passphrase* frequencyMode* eapType* serverCert* clientCert* ttlsAuthProto* pskKey* identity* password_{n}_* anonymousIdentity* profileLock* profileEnable* profileName* Linksys_Key_System EM_* ACS_* BACKUP_ACS_* Connection_Request_* Periodic_Inform_* TR-069* Enable_TR-069 CWMP*"},
	{"the user of the phone has it as it is", "*_Serv Conference_Serv Enable_URI_Dialing_{n}_ Enable_IP_Dialing_{n}_ State_Agent_{n}_ SIT{n}_RSC Line Inactivity_Timer* RTP-Start-Loopback_* SIP-B_Enable HTTP_User_Agent_Name Use_Line_Keys_For_BLF_List Background_Picture_Type Ignore_DHCP_* ACD_Ext Dial_Assistance Preferred_Audio_Device Send_Audio_To_Speaker Miss_Call_Shortcut Accept_Media_Loopback_Request Media_Loopback_* Text_Message* Alert_Tone_Off Log_Missed_Calls_* Hold_Reminder_* Countdown_Timer* Shared_Line_DND_Cfwd_Enable *-UI-*"},
}

func known() []dialect.Known {
	var all []dialect.Known
	for _, r := range reasons {
		for _, key := range strings.Fields(r.keys) {
			// Options of a rule are written behind a blank.
			key = strings.Replace(key, "*--", "* --", 1)
			all = append(all, dialect.Known{Key: key, Why: r.why})
		}
	}
	return all
}
