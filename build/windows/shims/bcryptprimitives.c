/* For Wine only. Rust code (cryptography) asks bcryptprimitives.dll for random bytes, which Wine 8 does not have;
   advapi32 gives the same under its old name. */
__declspec(dllimport) unsigned char __stdcall SystemFunction036(void *buffer, unsigned long length);

__declspec(dllexport) int __stdcall ProcessPrng(void *buffer, unsigned long long length)
{
    return SystemFunction036(buffer, (unsigned long)length);
}

int __stdcall DllMainCRTStartup(void *instance, unsigned reason, void *reserved)
{
    (void)instance; (void)reason; (void)reserved;
    return 1;
}
