/* For Wine only. Windows 10 brings icuuc.dll, Wine has none, and Qt6Core wants these names from it.
   Here every converter "is not available" (U_FILE_ACCESS_ERROR), so that Qt goes on with its own. */
#define EXPORT __declspec(dllexport)
enum { NOT_AVAILABLE = 4 };

static void *refuse(int *error)
{
    if (error) *error = NOT_AVAILABLE;
    return 0;
}

EXPORT void *ucnv_open(const char *name, int *error) { (void)name; return refuse(error); }
EXPORT const char *ucnv_getName(void *converter, int *error) { (void)converter; return refuse(error); }
EXPORT const char *ucnv_getStandardName(const char *name, const char *standard, int *error)
{
    (void)name; (void)standard;
    return refuse(error);
}
EXPORT const char *ucnv_getAvailableName(int which) { (void)which; return 0; }
EXPORT int ucnv_countAvailable(void) { return 0; }
EXPORT signed char ucnv_getMaxCharSize(void *converter) { (void)converter; return 1; }
EXPORT int ucnv_toUCountPending(void *converter, int *error) { (void)converter; refuse(error); return 0; }
EXPORT int ucnv_fromUCountPending(void *converter, int *error) { (void)converter; refuse(error); return 0; }
EXPORT void ucnv_getToUCallBack(void *converter, void **action, const void **context)
{
    (void)converter;
    if (action) *action = 0;
    if (context) *context = 0;
}

/* None of these is reached, for no converter was ever opened. */
EXPORT void ucnv_close(void) {}
EXPORT void ucnv_reset(void) {}
EXPORT void ucnv_toUnicode(void) {}
EXPORT void ucnv_fromUnicode(void) {}
EXPORT void ucnv_setToUCallBack(void) {}
EXPORT void ucnv_setFromUCallBack(void) {}
EXPORT void ucnv_cbToUWriteUChars(void) {}
EXPORT void ucnv_cbFromUWriteUChars(void) {}
EXPORT void UCNV_FROM_U_CALLBACK_SUBSTITUTE(void) {}
EXPORT void UCNV_TO_U_CALLBACK_SUBSTITUTE(void) {}

int __stdcall DllMainCRTStartup(void *instance, unsigned reason, void *reserved)
{
    (void)instance; (void)reason; (void)reserved;
    return 1;
}
