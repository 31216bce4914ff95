; The setup of Geyi: per user, no administrator, one double click. `python3 dev.py installer` runs makensis on it with
;   VERSION  0.1.0        NUMBERS  0.1.0.0     BUNDLE  the program's folder     OUT  the setup to write
;   MADE_ON  which host made it                KB      the bundle's size on disk
;
; setup.exe /S [/DESKTOP=1] [/STARTUP=1] [/LANG=2052|1033] [/D=C:\folder]      uninstall.exe /S [/DATA=delete]
; Exit codes: 0 done, 1 cancelled, 2 files could not be written, 3 a newer version is installed,
;             4 the program did not close, 5 this Windows is too old, 6 the chosen folder holds the books.

Target amd64-unicode
Unicode true
!ifdef QUICKLY
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 32
!endif
ManifestDPIAware true
ManifestSupportedOS Win10
RequestExecutionLevel user
CRCCheck force
AllowSkipFiles off

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "WinVer.nsh"
!include "WordFunc.nsh"
!include "x64.nsh"

!define NAME "Geyi"
!define PROGRAM "Geyi.exe"
!define KEY "Software\Geyi"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Geyi"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define DATA "$LOCALAPPDATA\Geyi"
; Four a second, for a little more than the minute that the program takes at most to finish and close.
!define LOOKS 260

Name "$(PROGRAM_NAME)"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Geyi"
InstallDirRegKey HKCU "${KEY}" "InstallDir"
BrandingText "Geyi ${VERSION}"

Var WasRunning
Var Swapped

; --- what is seen -------------------------------------------------------------------------------------------

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_NODESC
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\${PROGRAM}"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES

; The first language is the one for a Windows that speaks neither.
!insertmacro MUI_LANGUAGE "SimpChinese"
!insertmacro MUI_LANGUAGE "English"

!macro SAY NAME CHINESE ENGLISH
  LangString ${NAME} ${LANG_SIMPCHINESE} "${CHINESE}"
  LangString ${NAME} ${LANG_ENGLISH} "${ENGLISH}"
!macroend

!insertmacro SAY PROGRAM_NAME "格驿" "Geyi"
!insertmacro SAY PROGRAM_PART "格驿程序（必装）" "The program (required)"
!insertmacro SAY DESKTOP_PART "桌面快捷方式" "Shortcut on the desktop"
!insertmacro SAY STARTUP_PART "开机时自动打开" "Open when Windows starts"
!insertmacro SAY REMOVE_PART "卸载程序" "Remove the program"
!insertmacro SAY DATA_PART "同时删除本机账本和备份" "Also delete this PC's books and backups"
!insertmacro SAY DATA_SURE \
  "本机的账本和备份将被删除，找不回来。没有上传的记录也会丢失。确定要删除吗？" \
  "The books and backups on this PC will be deleted for good, with all records not yet sent. Delete them?"
!insertmacro SAY TOO_OLD \
  "格驿需要 64 位的 Windows 10（1809）或更新的系统，这台电脑装不了。" \
  "Geyi needs 64-bit Windows 10 (1809) or newer and cannot be installed on this PC."
!insertmacro SAY NEWER_THERE \
  "这台电脑上已经装了更新的版本，没有改动。请用最新的安装包。" \
  "A newer version is already installed on this PC. Nothing was changed. Please use the newest setup."
!insertmacro SAY STILL_OPEN \
  "格驿还开着（也可能开着练习窗口）。请先关掉它，再点“重试”。" \
  "Geyi, or its practice window, is still open. Please close it and choose Retry."
!insertmacro SAY ON_THE_BOOKS \
  "这个文件夹用来放账本，程序请装到别的文件夹。" \
  "This folder is for the books. Please choose another one for the program."
!insertmacro SAY NOT_WRITTEN \
  "程序文件写不进去，原来的版本没有改动。请检查磁盘空间，或看看杀毒软件是否拦住了，再装一次。" \
  "The files could not be written; the earlier version is unchanged. Check the disk space and the antivirus, then try again."

VIProductVersion "${NUMBERS}"
VIFileVersion "${NUMBERS}"
!macro PROPERTY LANGUAGE DESCRIPTION
  VIAddVersionKey /LANG=${LANGUAGE} "ProductName" "格驿 Geyi"
  VIAddVersionKey /LANG=${LANGUAGE} "CompanyName" "Geyi"
  VIAddVersionKey /LANG=${LANGUAGE} "FileDescription" "${DESCRIPTION}"
  VIAddVersionKey /LANG=${LANGUAGE} "FileVersion" "${VERSION}"
  VIAddVersionKey /LANG=${LANGUAGE} "ProductVersion" "${VERSION}"
  VIAddVersionKey /LANG=${LANGUAGE} "LegalCopyright" "Copyright the Geyi authors. Apache License 2.0"
  VIAddVersionKey /LANG=${LANGUAGE} "Comments" "${MADE_ON}"
!macroend
!insertmacro PROPERTY ${LANG_SIMPCHINESE} "格驿安装程序"
!insertmacro PROPERTY ${LANG_ENGLISH} "Geyi setup"

; --- asking the program to close ----------------------------------------------------------------------------

; A running program holds its own file: only one that can be written to can be replaced. Nobody is asked who is not
; there, for a damaged program would answer with a message that waits for a click.
!macro ASK_TO_CLOSE UN
Function ${UN}IsFree
  StrCpy $0 0
  ClearErrors
  FileOpen $2 "$INSTDIR\${PROGRAM}" a
  ${IfNot} ${Errors}
    FileClose $2
    StrCpy $0 1
  ${EndIf}
FunctionEnd

Function ${UN}AskToClose
  ${IfNot} ${FileExists} "$INSTDIR\${PROGRAM}"
    Return
  ${EndIf}
  Call ${UN}IsFree
  ${If} $0 = 1
    Return
  ${EndIf}
  StrCpy $WasRunning 1
  ${Do}
    DetailPrint "Geyi --quit"
    Exec '"$INSTDIR\${PROGRAM}" --quit'
    ${For} $1 1 ${LOOKS}
      Sleep 250
      Call ${UN}IsFree
      ${If} $0 = 1
        Return
      ${EndIf}
    ${Next}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(STILL_OPEN)" /SD IDCANCEL IDRETRY +3
    SetErrorLevel 4
    Quit
  ${Loop}
FunctionEnd
!macroend
!insertmacro ASK_TO_CLOSE ""
!insertmacro ASK_TO_CLOSE "un."

; --- the setup ----------------------------------------------------------------------------------------------

Section "$(PROGRAM_PART)" PROGRAM_SECTION
  SectionIn RO
  SectionSetSize ${PROGRAM_SECTION} ${KB}
  Call AskToClose

  ; The new program is written beside the old one and takes its place only when all of it is there.
  RMDir /r "$INSTDIR\next"
  RMDir /r "$INSTDIR\past"
  SetOutPath "$INSTDIR\next"
  File /r "${BUNDLE}/*.*"
  SetOutPath "$INSTDIR"
  StrCpy $Swapped 1
  CreateDirectory "$INSTDIR\past"
  ClearErrors
  ${If} ${FileExists} "$INSTDIR\${PROGRAM}"
    Rename "$INSTDIR\${PROGRAM}" "$INSTDIR\past\${PROGRAM}"
    Rename "$INSTDIR\_internal" "$INSTDIR\past\_internal"
  ${EndIf}
  Rename "$INSTDIR\next\_internal" "$INSTDIR\_internal"
  Rename "$INSTDIR\next\${PROGRAM}" "$INSTDIR\${PROGRAM}"
  ${If} ${Errors}
    Call PutBack
    MessageBox MB_OK|MB_ICONSTOP "$(NOT_WRITTEN)" /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  RMDir /r "$INSTDIR\past"
  RMDir /r "$INSTDIR\next"

  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\$(PROGRAM_NAME).lnk" "$INSTDIR\${PROGRAM}"
  WriteRegStr HKCU "${KEY}" "InstallDir" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "Language" "$LANGUAGE"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "$(PROGRAM_NAME)"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "Geyi"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\${PROGRAM},0"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Comments" "${MADE_ON}"
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${KB}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
SectionEnd

Section /o "$(DESKTOP_PART)" DESKTOP_SECTION
  CreateShortCut "$DESKTOP\$(PROGRAM_NAME).lnk" "$INSTDIR\${PROGRAM}"
SectionEnd

Section /o "$(STARTUP_PART)" STARTUP_SECTION
  CreateShortCut "$SMSTARTUP\$(PROGRAM_NAME).lnk" "$INSTDIR\${PROGRAM}"
SectionEnd

Section "-last"
  ; What was chosen away since last time goes away.
  ${IfNot} ${SectionIsSelected} ${DESKTOP_SECTION}
    Delete "$DESKTOP\$(PROGRAM_NAME).lnk"
  ${EndIf}
  ${IfNot} ${SectionIsSelected} ${STARTUP_SECTION}
    Delete "$SMSTARTUP\$(PROGRAM_NAME).lnk"
  ${EndIf}
  ; A program that was closed for the update comes back by itself where nobody is asked.
  ${If} ${Silent}
  ${AndIf} $WasRunning = 1
    Exec '"$INSTDIR\${PROGRAM}"'
  ${EndIf}
SectionEnd

Function PutBack
  ${If} ${FileExists} "$INSTDIR\past\${PROGRAM}"
    Delete "$INSTDIR\${PROGRAM}"
    Rename "$INSTDIR\past\${PROGRAM}" "$INSTDIR\${PROGRAM}"
  ${EndIf}
  ${If} ${FileExists} "$INSTDIR\past\_internal\*.*"
    RMDir /r "$INSTDIR\_internal"
    Rename "$INSTDIR\past\_internal" "$INSTDIR\_internal"
  ${EndIf}
  RMDir "$INSTDIR\past"
  RMDir /r "$INSTDIR\next"
FunctionEnd

Function .onInit
  StrCpy $WasRunning 0
  StrCpy $Swapped 0
  SetShellVarContext current
  Call ChooseLanguage
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "$(TOO_OLD)" /SD IDOK
    SetErrorLevel 5
    Quit
  ${EndIf}
  ReadRegStr $0 HKCU "${UNINSTALL_KEY}" "DisplayVersion"
  ${If} $0 != ""
    ${VersionCompare} "$0" "${VERSION}" $1
    ${If} $1 = 1
      MessageBox MB_OK|MB_ICONINFORMATION "$(NEWER_THERE)$\r$\n$0 > ${VERSION}" /SD IDOK
      SetErrorLevel 3
      Quit
    ${EndIf}
  ${EndIf}
  Call ChooseParts
  ${If} ${Silent}
    Call CheckFolder
    ${If} $0 = 0
      SetErrorLevel 6
      Quit
    ${EndIf}
  ${EndIf}
FunctionEnd

; The language of the last time, or the one asked for, else that of Windows.
Function ChooseLanguage
  ReadRegStr $0 HKCU "${KEY}" "Language"
  ${If} $0 != ""
    StrCpy $LANGUAGE $0
  ${EndIf}
  ${GetParameters} $1
  ClearErrors
  ${GetOptions} $1 "/LANG=" $0
  ${IfNot} ${Errors}
    StrCpy $LANGUAGE $0
  ${EndIf}
FunctionEnd

; The desktop shortcut is there unless it was taken away; the start-up one only where it was asked for.
Function ChooseParts
  ReadRegStr $0 HKCU "${KEY}" "InstallDir"
  ${If} $0 == ""
    StrCpy $2 1
    StrCpy $3 0
    ${If} ${Silent}
      StrCpy $2 0
    ${EndIf}
  ${Else}
    StrCpy $2 0
    StrCpy $3 0
    ${If} ${FileExists} "$DESKTOP\$(PROGRAM_NAME).lnk"
      StrCpy $2 1
    ${EndIf}
    ${If} ${FileExists} "$SMSTARTUP\$(PROGRAM_NAME).lnk"
      StrCpy $3 1
    ${EndIf}
  ${EndIf}
  ${GetParameters} $1
  ClearErrors
  ${GetOptions} $1 "/DESKTOP=" $0
  ${IfNot} ${Errors}
    StrCpy $2 $0
  ${EndIf}
  ClearErrors
  ${GetOptions} $1 "/STARTUP=" $0
  ${IfNot} ${Errors}
    StrCpy $3 $0
  ${EndIf}
  ${If} $2 = 1
    !insertmacro SelectSection ${DESKTOP_SECTION}
  ${EndIf}
  ${If} $3 = 1
    !insertmacro SelectSection ${STARTUP_SECTION}
  ${EndIf}
FunctionEnd

; $0 is 1 where the program may live in $INSTDIR: anywhere but on the books.
Function CheckFolder
  StrLen $1 "${DATA}\"
  StrCpy $2 "$INSTDIR\" $1
  StrCpy $0 1
  ${If} $2 == "${DATA}\"
    StrCpy $0 0
  ${EndIf}
FunctionEnd

Function .onVerifyInstDir
  Call CheckFolder
  ${If} $0 = 0
    Abort
  ${EndIf}
FunctionEnd

Function .onInstFailed
  ${If} $Swapped = 0
    RMDir /r "$INSTDIR\next"
    RMDir "$INSTDIR"
  ${EndIf}
  SetErrorLevel 2
FunctionEnd

; --- the way out --------------------------------------------------------------------------------------------

Section "un.$(REMOVE_PART)" UN_PROGRAM
  SectionIn RO
  Call un.AskToClose
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\next"
  RMDir /r "$INSTDIR\past"
  Delete "$INSTDIR\${PROGRAM}"
  Delete "$INSTDIR\uninstall.exe"
  SetOutPath "$TEMP"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\$(PROGRAM_NAME).lnk"
  Delete "$DESKTOP\$(PROGRAM_NAME).lnk"
  Delete "$SMSTARTUP\$(PROGRAM_NAME).lnk"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  DeleteRegKey HKCU "${KEY}"
SectionEnd

Section /o "un.$(DATA_PART)" UN_DATA
  MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$(DATA_SURE)" /SD IDYES IDNO +2
  RMDir /r "${DATA}"
SectionEnd

Function un.onInit
  SetShellVarContext current
  ReadRegStr $0 HKCU "${KEY}" "Language"
  ${If} $0 != ""
    StrCpy $LANGUAGE $0
  ${EndIf}
  ${GetParameters} $1
  ClearErrors
  ${GetOptions} $1 "/DATA=" $0
  ${IfNot} ${Errors}
  ${AndIf} $0 == "delete"
    !insertmacro SelectSection ${UN_DATA}
  ${EndIf}
FunctionEnd
