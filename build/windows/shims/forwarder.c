/* python3.dll has no code of its own: all its names lead on to python311.dll (see python3.def, which is made). */
int __stdcall DllMainCRTStartup(void *instance, unsigned reason, void *reserved)
{
    (void)instance; (void)reason; (void)reserved;
    return 1;
}
